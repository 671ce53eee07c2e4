import fc from 'fast-check';
import { MODULES } from '../filter.ts';
import { toBytes } from '../proxy/bytes.ts';
import type { Context } from '../proxy/context.ts';
import type { HeaderMap, Headers } from '../proxy/header-map.ts';
import { ProxyProcess } from '../proxy/proxy-process.ts';
import type { Vm } from '../proxy/vm.ts';
import { govern } from './model.ts';

/**
 * Cases of all random tests together; `npm test` runs 200,000. More of them for a long run:
 * `MESHSPAN_RANDOM_CASES=2000000`.
 */
export const CASES: number = Number(process.env.MESHSPAN_RANDOM_CASES ?? 200_000);
/** Milliseconds for a part of them; on an idle machine each takes one or two. */
export const TIME: number = 600_000 + CASES * 10;

/** Bytes that one callback may ask the arena for (`abi/arena.ts`). */
const LIMIT = 1024 * 1024;

export type ModuleName = keyof typeof MODULES;

/** Most cases are the whole filter's; a quarter is that of the module without responses. */
export const anyModule: fc.Arbitrary<ModuleName> = fc.constantFrom<ModuleName[]>(
  'meshspan',
  'meshspan',
  'meshspan',
  'meshspan-request',
);

/** An address that the arena gives first whenever it is empty: that of its fixed block. */
const EMPTY: Readonly<Record<ModuleName, number | undefined>> = {
  meshspan: firstAddress('meshspan'),
  'meshspan-request': firstAddress('meshspan-request'),
};

function firstAddress(module: ModuleName): number | undefined {
  return new ProxyProcess().startVm(MODULES[module]).call('proxy_on_memory_allocate', 8);
}

/** What a VM has grown to at the most, with some configurations and values of 1 MiB. */
const BOUND = 4 * 1024 * 1024;

/**
 * A VM of the module for each case. Each serves some of them, as a start costs as much as several cases; one in which a case has
 * failed serves no other, so that the case is made smaller on a fresh one.
 */
export class Vms {
  readonly #cases: number;
  readonly #idle: Map<ModuleName, { readonly vm: Vm; readonly left: number }> = new Map();

  constructor(cases: number) {
    this.#cases = cases;
  }

  with(module: ModuleName, act: (vm: Vm) => void): void {
    const { vm, left } = this.#idle.get(module) ?? {
      vm: new ProxyProcess({}, { REGION: 'eu' }).startVm(MODULES[module]),
      left: this.#cases,
    };
    this.#idle.delete(module);
    act(vm);
    vm.fault = undefined;
    expectSound(vm, module);
    if (left > 1) this.#idle.set(module, { vm, left: left - 1 });
  }
}

/** Every callback begins so; this one takes nothing from the arena. */
function reset(vm: Vm): void {
  vm.call('proxy_on_tick', 0);
}

/** A sound module: nothing outside its memory, an arena that is empty after a reset, memory in bounds. */
function expectSound(vm: Vm, module: ModuleName): void {
  if (vm.outOfBounds !== 0) throw new Error('the module handed over a range outside its memory');
  reset(vm);
  if (vm.call('proxy_on_memory_allocate', 8) !== EMPTY[module])
    throw new Error('the arena is not empty after a reset');
  if (vm.memory.size > BOUND) throw new Error(`the memory has ${vm.memory.size} bytes`);
}

/** The arena still gives all that one callback may ask for, and not a byte more. */
export function expectWholeArena(vm: Vm): void {
  reset(vm);
  const whole = vm.call('proxy_on_memory_allocate', LIMIT);
  const more = vm.call('proxy_on_memory_allocate', LIMIT);
  reset(vm);
  if (whole === 0 || more !== 0) throw new Error(`the arena gave ${whole}, and then ${more}`);
}

/** What the filter itself has written into headers cannot end a line; members of baggage it hands on as they came. */
export function expectSafe(headers: HeaderMap | undefined, given: Headers): void {
  const came = new Set(given.map(([, value]) => Buffer.from(toBytes(value)).toString('utf8')));
  for (const [name, value] of headers?.entries ?? []) {
    if (name !== 'baggage' && !came.has(value) && /\p{Cc}/u.test(value)) {
      throw new Error(`the filter wrote ${name}: ${JSON.stringify(value)}`);
    }
  }
}

/** What stands on a span must be text, whatever came in. */
export function expectText(stream: Context): void {
  for (const value of stream.filterState?.values() ?? []) {
    const text = Buffer.from(value).toString('utf8');
    if (value.length === 0 || govern(value, 4096, true) !== text) throw new Error(`not a text: ${text}`);
  }
}
