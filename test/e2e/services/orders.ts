/** The Express service of the tests: passes on to inventory, and answers with the headers that each one got. */
import express from 'express';
import { meshspan } from 'meshspan/express';

const app = express();
app.use(meshspan());

app.get('/orders/:id', async (request, response) => {
  const answer = await fetch(`${process.env.INVENTORY_URL}/stock/${request.params.id}`);
  const inventory: unknown = answer.ok ? await answer.json() : undefined;
  response.json({ headers: request.headers, status: answer.status, inventory });
});

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object')
    console.log(`orders listens on http://127.0.0.1:${address.port}`);
});
