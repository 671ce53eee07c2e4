import { AsyncResource } from 'node:async_hooks';
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { caller } from '../test/callers.ts';
import { type Seen, serveEcho } from '../test/servers.ts';
import { bind, current, run } from './context.ts';
import { extract, inject } from './index.ts';
import { uninstall } from './outbound/install.ts';

afterEach(uninstall);

const user = (): string | undefined => current()?.identity['x-user-id'];

it('is undefined outside of any request', () => {
  expect(current()).toBeUndefined();
  expect(inject({})).toEqual({});
});

it('holds through timers, promises and what they start, and ends with run()', async () => {
  const seen = await run(extract(caller(1)), async () => {
    await pause(1);
    await nextTurn();
    return [user(), await Promise.all([1, 2].map(async () => user()))];
  });
  expect(seen).toEqual(['user-1', ['user-1', 'user-1']]);
  expect(current()).toBeUndefined();
});

it('keeps 10,000 contexts apart that run at once', async () => {
  const runs = Array.from({ length: 10_000 }, (_, index) =>
    run(extract(caller(index)), async () => {
      for (let turn = 0; turn < index % 5; turn++) await nextTurn();
      return user();
    }),
  );
  expect(await Promise.all(runs)).toEqual(runs.map((_, index) => `user-${index}`));
});

describe('bind()', () => {
  it('ties a function to the context of then, whatever calls it', () => {
    const bound = run(extract(caller(1)), () => bind((word: string) => `${word} ${user()}`));
    expect(bound('hello')).toBe('hello user-1');
    expect(run(extract(caller(2)), () => bound('again'))).toBe('again user-1');
  });

  it('ties to none where there is none', () => {
    const bound = bind(user);
    expect(run(extract(caller(1)), bound)).toBeUndefined();
  });

  it('passes on `this` and what is thrown', () => {
    const bound = run(extract(caller(1)), () =>
      bind(function (this: unknown) {
        throw this;
      }),
    );
    expect(() => bound.call('thrown')).toThrow('thrown');
  });

  it('mends what a batch loses', async () => {
    // A batch that answers in the context of whoever filled it, as a DataLoader or a pool may.
    const waiting: (() => void)[] = [];
    const batch = new AsyncResource('Batch');
    const load = (answer: () => void): void => {
      waiting.push(answer);
      if (waiting.length < 2) return;
      batch.runInAsyncScope(() => {
        for (const each of waiting) each();
      });
    };
    const seen = [1, 2].map((index) =>
      run(extract(caller(index)), () => new Promise((resolve) => load(bind(() => resolve(user()))))),
    );
    expect(await Promise.all(seen)).toEqual(['user-1', 'user-2']);
  });
});

describe('worker_threads', () => {
  it('gets the context by workerData or a message, as plain data', async () => {
    const echo = await serveEcho();
    const index = new URL('./index.ts', import.meta.url).href;
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { extract, run } = await import(workerData.index);
      const call = (headers) =>
        run(extract(headers), async () => (await fetch(workerData.echo)).json());
      parentPort.on('message', async (headers) => {
        parentPort.postMessage(await call(headers));
        parentPort.close();
      });
      parentPort.postMessage(await call(workerData.headers));`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    const workerData = { index, echo, headers: run(extract(caller(1)), () => inject({})) };
    const worker = new Worker(url, { workerData });
    onTestFinished(async () => void (await worker.terminate()));
    // Listened for from the start: where the worker ends before its last message was read here, Node emits both
    // at once (lib/internal/worker.js, kOnExit), and who listens after the message never hears of the exit.
    const exited = once(worker, 'exit');
    const [first] = (await once(worker, 'message')) as [Seen];
    expect(first.headers).toMatchObject(caller(1));
    run(extract(caller(2)), () => worker.postMessage(inject({})));
    const [second] = (await once(worker, 'message')) as [Seen];
    expect(second.headers).toMatchObject(caller(2));
    await exited;
  });
});
