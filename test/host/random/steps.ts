import fc from 'fast-check';
import { Status } from '../proxy/abi.ts';
import { toBytes } from '../proxy/bytes.ts';
import type { Context } from '../proxy/context.ts';
import type { Headers } from '../proxy/header-map.ts';
import type { PropertyTree } from '../proxy/properties.ts';
import type { Vm } from '../proxy/vm.ts';
import { configurationBytes, fullConfiguration } from './configuration.ts';
import { expectSafe, expectText } from './sound.ts';
import { requestHeaders, requestProperties, responseHeaders, responseProperties } from './values.ts';

/** What a host may do next with one of three plugins, in any order: also what Envoy never would. */
export type Step =
  | { readonly do: 'configure'; readonly root: number; readonly bytes: Uint8Array }
  | {
      readonly do: 'request';
      readonly root: number;
      readonly headers: Headers;
      readonly properties: PropertyTree;
      readonly again: boolean;
    }
  | {
      readonly do: 'response';
      readonly stream: number;
      readonly headers: Headers;
      readonly properties: PropertyTree;
    }
  | { readonly do: 'response to nobody' | 'allocate'; readonly number: number }
  | { readonly do: 'end' | 'id again'; readonly stream: number; readonly root: number }
  | { readonly do: 'create ahead' | 'destroy' | 'wait' | 'tick'; readonly root: number };

/** Mostly the plugin that every case begins with. */
const root = fc.constantFrom(0, 0, 0, 1, 2);
/** Counted from the newest. */
const stream = fc.constantFrom(0, 0, 0, 1, 2, 4);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('configure'), root, bytes: configurationBytes }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('request'),
      root,
      headers: requestHeaders,
      properties: requestProperties,
      again: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('response'),
      stream,
      headers: responseHeaders,
      properties: responseProperties,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('end', 'id again'), stream, root }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('create ahead', 'destroy', 'wait', 'tick'), root }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('response to nobody', 'allocate'),
      number: fc.oneof(
        fc.nat({ max: 300 }),
        fc.integer({ min: 1_048_500, max: 1_048_600 }),
        fc.constantFrom(0x7fff_ffff, -1),
      ),
    }),
  },
) as fc.Arbitrary<Step>;

/** Steps that begin with a configuration, as a host does; it may be refused, or fail to be handed over. */
export const steps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fullConfiguration, fc.array(step, { minLength: 1, maxLength: 10 }))
  .map(([first, rest]) => [{ do: 'configure', root: 0, bytes: toBytes(JSON.stringify(first)) }, ...rest]);

const status = fc.constantFrom(...Object.values(Status).filter((value) => value !== Status.Ok), 255, -1);

/** Host calls that fail and how: single ones, by their number since the start; each call of a name; one in so many. */
export const faults: fc.Arbitrary<(name: string, call: number) => number | undefined> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(() => undefined) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(fc.nat({ max: 80 }), status), { maxLength: 12 })
      .map((pairs) => new Map(pairs))
      .map((failing) => (_: string, call: number) => failing.get(call)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'get_header',
          'replace',
          'get_property',
          'set_property',
          'metric',
          'shared',
          'context',
          'buffer',
        ),
        status,
      )
      .map(
        ([part, status]) =>
          (name: string) =>
            name.includes(part) ? status : undefined,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 4 }), status).map(
      ([each, status]) =>
        (_: string, call: number) =>
          call % each === 0 ? status : undefined,
    ),
  },
);

/** Takes the steps on a VM of a node; a plugin is made when it is first named, and anew when it was destroyed. */
export function take(vm: Vm, steps: readonly Step[], node: PropertyTree): void {
  const roots: (Context | undefined)[] = [];
  const streams: Context[] = [];
  const rootOf = (number: number): Context => {
    roots[number] ??= vm.createRoot({ name: `p${number}`, rootId: 'r' }, node);
    return roots[number];
  };
  for (const step of steps) takeOne(vm, step, rootOf, streams, roots);
  for (const context of [...streams, ...roots]) if (context !== undefined) vm.destroy(context);
}

function takeOne(
  vm: Vm,
  step: Step,
  rootOf: (number: number) => Context,
  streams: Context[],
  roots: (Context | undefined)[],
): void {
  switch (step.do) {
    case 'configure':
      // `strict` refuses; any other answer than yes and no would be a mistake.
      vm.configure(rootOf(step.root), step.bytes);
      return;
    case 'request': {
      const { headers, properties } = step;
      const stream = vm.createStream(rootOf(step.root), { headers, properties });
      streams.push(stream);
      for (let i = step.again ? 0 : 1; i < 2; i++) mustContinue(vm.requestHeaders(stream));
      expectText(stream);
      expectSafe(stream.headerMaps.get('RequestHeaders'), headers);
      return;
    }
    case 'response': {
      const stream = streams.at(-1 - step.stream);
      if (stream === undefined) return;
      mustContinue(vm.responseHeaders(stream, step) ?? 0);
      expectText(stream);
      expectSafe(stream.headerMaps.get('ResponseHeaders'), step.headers);
      return;
    }
    case 'end':
      for (const stream of streams.splice(step.stream, 1)) vm.destroy(stream);
      return;
    case 'id again':
      for (const { id } of streams.slice(step.stream, step.stream + 1)) {
        streams.push(vm.createStream(rootOf(step.root), {}, id));
      }
      return;
    case 'response to nobody':
      mustContinue(vm.call('proxy_on_response_headers', step.number, 1, 1) ?? 0);
      return;
    case 'allocate':
      vm.call('proxy_on_memory_allocate', step.number);
      return;
    case 'create ahead':
      vm.createStream(rootOf(step.root));
      return;
    case 'destroy':
      vm.destroy(rootOf(step.root));
      roots[step.root] = undefined;
      return;
    case 'tick':
      vm.tick(rootOf(step.root));
      return;
    case 'wait':
      vm.proxy.advance(30);
  }
}

function mustContinue(action: number | undefined): void {
  if (action !== 0) throw new Error(`the filter did not continue: action ${action}`);
}
