/** The shop's front: an Express service that asks `inventory` for the stock of what was ordered. */
import express from 'express';
import { meshspan } from 'meshspan/express';

const inventory = process.env.INVENTORY_URL ?? 'http://127.0.0.1:10001';

const app = express();
app.use(meshspan());

app.get('/orders/:id', async (request, response) => {
  // Nothing about tracing here: fetch carries on what came in.
  const stock = await fetch(`${inventory}/stock/${request.params.id}`);
  if (!stock.ok) return response.status(502).json({ error: `inventory answered ${stock.status}` });
  return response.json({ order: request.params.id, stock: await stock.json() });
});

const server = app.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') {
    console.log(`orders listens on http://${address.address}:${address.port}`);
  }
});
