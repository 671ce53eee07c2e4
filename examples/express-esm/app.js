/** A service in Express, as an ES module: who asks is in every log line, and goes on to the next service. */
import express from 'express';
import { meshspan } from 'meshspan/express';
import { mixin } from 'meshspan/pino';
import { pino } from 'pino';

const inventory = process.env.INVENTORY_URL ?? 'http://127.0.0.1:8081';
const logger = pino({ mixin });

const app = express();
app.use(meshspan());

app.get('/orders/:id', async (request, response) => {
  logger.info({ order: request.params.id }, 'asked for an order');
  const stock = await fetch(`${inventory}/stock/${request.params.id}`);
  response.status(stock.ok ? 200 : 502).json({ order: request.params.id, stock: await stock.json() });
});

const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
