/** The Fastify service of the tests: answers with the headers that it got. */
import Fastify from 'fastify';
import { meshspan } from 'meshspan/fastify';

const app = Fastify();
await app.register(meshspan);
app.get('/stock/:id', async (request) => ({ headers: request.headers }));
console.log(
  `inventory listens on ${await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })}`,
);
