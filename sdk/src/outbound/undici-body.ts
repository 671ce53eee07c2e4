import type { AsyncResource } from 'node:async_hooks';

/**
 * Has a request's body produced in its caller's async context. undici pulls it once a connection is free, in
 * the context that the connection was opened in: a generator that calls out between two pieces would send
 * another caller's headers. Text, bytes, forms and blobs, which run no code, come back as they are.
 */
export function keepBodyInContext(body: unknown, caller: AsyncResource): unknown {
  if (typeof body !== 'object' || body === null) return body;
  // A Node stream, as undici tells one (lib/core/util.js, isStream); others must go on seeing this very object.
  if ('pipe' in body) return keepStream(body as { _read?: unknown }, caller);
  return Symbol.asyncIterator in body ? keepIterable(body as AsyncIterable<unknown>, caller) : body;
}

function keepStream(stream: { _read?: unknown }, caller: AsyncResource): object {
  const read = stream._read;
  if (typeof read === 'function') {
    stream._read = (size: number) => caller.runInAsyncScope(read as (size: number) => void, stream, size);
  }
  return stream;
}

function keepIterable(body: AsyncIterable<unknown>, caller: AsyncResource): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = caller.runInAsyncScope(() => body[Symbol.asyncIterator]());
      return {
        next: () => caller.runInAsyncScope(iterator.next, iterator),
        return: async () =>
          (await caller.runInAsyncScope(() => iterator.return?.())) ?? { done: true, value: undefined },
      };
    },
  };
}
