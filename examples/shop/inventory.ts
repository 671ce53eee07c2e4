/** The shop's stock: a Fastify service behind the second Envoy. */
import Fastify from 'fastify';
import { meshspan } from 'meshspan/fastify';

const app = Fastify();
await app.register(meshspan);

app.get<{ Params: { id: string } }>('/stock/:id', async (request) => ({ item: request.params.id, left: 7 }));

const address = await app.listen({
  port: Number(process.env.PORT ?? 8081),
  host: process.env.HOST ?? '127.0.0.1',
});
console.log(`inventory listens on ${address}`);
