/** What the services call: answers `/echo` with the headers that came, and all else at once. */
const { createServer } = require('node:http');

const server = createServer((request, response) => {
  response.end(request.url === '/echo' ? JSON.stringify(request.headers) : 'hello');
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
