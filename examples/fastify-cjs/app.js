/** A service in Fastify, as CommonJS: who asks is in every log line, and goes on to the next service. */
const Fastify = require('fastify');
const { meshspan } = require('meshspan/fastify');
const { defaultMeta, format } = require('meshspan/winston');
const winston = require('winston');

const inventory = process.env.INVENTORY_URL ?? 'http://127.0.0.1:8081';
const logger = winston.createLogger({
  defaultMeta: defaultMeta({ service: 'orders' }),
  format: winston.format.combine(format(), winston.format.json()),
  transports: [new winston.transports.Console()],
});

async function start() {
  const app = Fastify();
  await app.register(meshspan, { propagation: ['b3multi', 'w3c'] });

  app.get('/orders/:id', async (request, reply) => {
    logger.info('asked for an order', { order: request.params.id });
    const stock = await fetch(`${inventory}/stock/${request.params.id}`);
    return reply.code(stock.ok ? 200 : 502).send({
      order: request.params.id,
      tenant: request.meshspan.identity['x-tenant-id'],
      stock: await stock.json(),
    });
  });

  console.log(
    `listening on ${await app.listen({ port: Number(process.env.PORT ?? 8080), host: '127.0.0.1' })}`,
  );
}

void start();
