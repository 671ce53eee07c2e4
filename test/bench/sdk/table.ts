import type { Summary } from '../statistics.ts';
import type { SdkResult } from './result.ts';

/** Rows of the table of the heap, at the most but one. */
const ROWS = 10;

/** The figures as Markdown, which reads as plain text too. */
export function asText(result: SdkResult): string {
  return [...facts(result), ...groups(result), ...codecs(result), ...once(result), ...memory(result)].join(
    '\n',
  );
}

function facts({ date, machine, load, rounds, runtimes, packages }: SdkResult): string[] {
  const place = machine.pinned
    ? 'service and client on a core each'
    : 'service and client NOT on cores of their own';
  return [
    `Measured ${date.slice(0, 10)} on ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}; ${place}; ` +
      `${rounds} rounds; Node ${Object.values(runtimes).join(' and ')}.`,
    '',
    `Packages: ${packages.join(', ')}.`,
    '',
    ...shared(load),
  ];
}

/** Others' work on the same cores makes one burst dearer than the next: the reader must know. */
function shared(load: number): string[] {
  if (load < 0.5) return [];
  return [`**The machine was shared: load average ${two(load)} before the start. Ratios spread.**`, ''];
}

function groups(result: SdkResult): string[] {
  return [
    '### CPU time per request, over the bare framework',
    '',
    '| service | bare, µs | als | meshspan | median | min | max | target | opentelemetry | added, of what OpenTelemetry adds |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...Object.entries(result.groups).map(([id, { cpu, ratio, addedOfOpenTelemetry, target }]) => {
      const { als, meshspan, opentelemetry } = ratio;
      const of = [als.ofMedians, meshspan.ofMedians, meshspan.median, meshspan.min, meshspan.max];
      const over = of.map(two).join(' | ');
      const most = target === null ? '–' : `≤ ${two(target)}`;
      const theirs = `${two(opentelemetry.ofMedians)} | ${two(addedOfOpenTelemetry.ofMedians)}`;
      return `| ${id} | ${cpu.none.median.toFixed(1)} | ${over} | ${most} | ${theirs} |`;
    }),
    '',
  ];
}

function codecs(result: SdkResult): string[] {
  return [
    '### Reading and writing headers, nanoseconds',
    '',
    '| | meshspan | of which run() | propagator | OpenTelemetry | times faster: meshspan | propagator |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...Object.entries(result.codecs).flatMap(([runtime, directions]) =>
      Object.entries(directions).map(([direction, { nanoseconds, faster }]) => {
        const times = ['meshspan', 'run', 'propagator', 'opentelemetry']
          .map((name) => nanoseconds[name]?.median.toFixed(0) ?? '–')
          .join(' | ');
        const factors = `${faster.meshspan.median.toFixed(1)} | ${faster.propagator.median.toFixed(1)}`;
        return `| node ${runtime}, ${direction} | ${times} | ${factors} |`;
      }),
    ),
    '',
  ];
}

function once({ imports, installed }: SdkResult): string[] {
  const cells = ({ median, min, max }: Summary): string =>
    [median, min, max].map((value) => value.toFixed(1)).join(' | ');
  return [
    '### Once',
    '',
    '| | median | min | max |',
    '| --- | ---: | ---: | ---: |',
    ...Object.entries(imports).map(([name, summary]) => `| import of ${name}, ms | ${cells(summary)} |`),
    `| installed, KiB | ${(installed / 1024).toFixed(0)} | | |`,
    '',
  ];
}

function memory({ memory: { requests, heap } }: SdkResult): string[] {
  const every = Math.ceil(requests.length / ROWS);
  return [
    '### Memory: the heap after a collection, Fastify with meshspan',
    '',
    '| requests | MiB |',
    '| ---: | ---: |',
    ...requests.flatMap((count, index) => {
      if (index % every > 0 && index < requests.length - 1) return [];
      return [`| ${count} | ${((heap[index] ?? 0) / 2 ** 20).toFixed(2)} |`];
    }),
    '',
  ];
}

function two(value: number): string {
  return value.toFixed(2);
}
