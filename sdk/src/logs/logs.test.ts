import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import Transport from 'winston-transport';
import { asCaller, caller } from '../../test/callers.ts';
import { run } from '../context.ts';
import { extract } from '../index.ts';
import { mixin } from './pino.ts';
import { defaultMeta, format } from './winston.ts';

type Entry = Record<string, unknown>;

/** What caller number 1 (test/callers.ts) is logged as. */
const FIELDS = {
  trace_id: '1'.padStart(32, 'a'),
  span_id: 'b7ad6b7169203331',
  trace_flags: '01',
  'user.id': 'user-1',
};

/** A stream of JSON lines, and what has been written to it. */
function collect(): { stream: Writable; entries: Entry[] } {
  const entries: Entry[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      entries.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { stream, entries };
}

/** Takes an entry a turn of the loop, as winston's own Http transport does. */
class LaggingTransport extends Transport {
  readonly entries: Entry[] = [];

  override log(info: Entry, done: () => void): void {
    this.entries.push({ ...info });
    void wait(0).then(done);
  }
}

describe('pino', () => {
  it("adds the request's fields, under the names of OpenTelemetry's log data model", async () => {
    const { stream, entries } = collect();
    const logger = pino({ mixin }, stream);
    await asCaller(async () => logger.info({ left: 7 }, 'sold'));
    expect(entries[0]).toMatchObject({ msg: 'sold', left: 7, ...FIELDS });
  });

  it('adds nothing outside of a request', () => {
    const { stream, entries } = collect();
    pino({ mixin, base: null, timestamp: false }, stream).info('started');
    expect(entries).toEqual([{ level: 30, msg: 'started' }]);
  });

  it("lets the log call's own fields win", async () => {
    const { stream, entries } = collect();
    await asCaller(async () => pino({ mixin }, stream).info({ 'user.id': 'somebody' }, 'sold'));
    expect(entries[0]).toMatchObject({ ...FIELDS, 'user.id': 'somebody' });
  });

  it('names other identity headers by the same rule, and pads a 64-bit trace id', () => {
    const { stream, entries } = collect();
    const headers = { b3: '53995c3f42cd8ad8-b7ad6b7169203331', 'x-org-unit': 'sales' };
    const context = extract(headers, { identity: ['x-org-unit'] });
    run(context, () => pino({ mixin }, stream).info('sold'));
    expect(entries[0]).toMatchObject({
      trace_id: '000000000000000053995c3f42cd8ad8',
      trace_flags: '00',
      'org.unit': 'sales',
    });
  });
});

describe('winston', () => {
  function create(stream: Writable, meta: Record<string, unknown> = {}): winston.Logger {
    return winston.createLogger({
      defaultMeta: meta,
      format: winston.format.combine(format(), winston.format.json()),
      transports: [new winston.transports.Stream({ stream })],
    });
  }

  it("adds the request's fields", async () => {
    const { stream, entries } = collect();
    const logger = create(stream);
    await asCaller(async () => logger.info('sold', { left: 7 }));
    expect(entries[0]).toEqual({ level: 'info', message: 'sold', left: 7, ...FIELDS });
    logger.info('started');
    expect(entries[1]).toEqual({ level: 'info', message: 'started' });
  });

  it('lets own fields win, and leaves no other trace of defaultMeta', async () => {
    const { stream, entries } = collect();
    const logger = create(stream, defaultMeta({ service: 'orders' }));
    await asCaller(async () => logger.child({ 'user.id': 'somebody' }).warn('sold'));
    expect(entries[0]).toEqual({
      ...{ level: 'warn', message: 'sold', service: 'orders' },
      ...{ ...FIELDS, 'user.id': 'somebody' },
    });
  });

  it.each<[string, (logger: winston.Logger, index: number) => unknown]>([
    ['info(text)', (logger, index) => logger.info(`n${index}`)],
    ['info(text, object)', (logger, index) => logger.info(`n${index}`, { more: 1 })],
    ['log(level, text)', (logger, index) => logger.log('info', `n${index}`)],
    ['log(object)', (logger, index) => logger.log({ level: 'info', message: `n${index}` })],
    ['a child logger', (logger, index) => logger.child({ more: 1 }).info(`n${index}`)],
  ])('keeps 500 entries apart behind a transport that lags, with defaultMeta: %s', async (_name, log) => {
    expect(await mixedUp(defaultMeta(), log)).toBe(0);
  });

  it('cannot tell whose an entry is behind a transport that lags, without defaultMeta', async () => {
    expect(await mixedUp({}, (logger, index) => logger.info(`n${index}`))).toBeGreaterThan(0);
  });
});

/** How many of 500 entries, each of another caller, were logged as another's or as nobody's. */
async function mixedUp(
  meta: Record<string, unknown>,
  log: (logger: winston.Logger, index: number) => unknown,
): Promise<number> {
  const transport = new LaggingTransport();
  const logger = winston.createLogger({
    ...{ defaultMeta: meta, transports: [transport] },
    format: winston.format.combine(format(), winston.format.json()),
  });
  for (let index = 0; index < 500; index++) run(extract(caller(index)), () => void log(logger, index));
  await expect.poll(() => transport.entries.length, { timeout: 20_000 }).toBe(500);
  logger.close();
  return transport.entries.filter(({ message, ...entry }) => {
    const index = Number(String(message).slice(1));
    return entry['user.id'] !== `user-${index}` || entry.trace_id !== index.toString(16).padStart(32, 'a');
  }).length;
}
