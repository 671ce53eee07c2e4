import type { Summary } from '../statistics.ts';
import type { Group } from './cases.ts';
import { type FilterResult, MODULES } from './result.ts';

/** Headings of the tables, in the order in which they stand on the page. */
const TITLES: Readonly<Record<Group, string>> = {
  filters: 'Filters: 3 attributes, 8 request headers, 32 connections',
  spans: 'The whole way to a span',
  attributes: 'Number of attributes (16 request headers)',
  headers: 'Number of request headers (3 attributes)',
  connections: 'Number of connections (3 attributes)',
  names: 'Span names (added to 3 attributes)',
  features: 'What a field of the configuration adds to 3 attributes',
  calls: 'What a callback and a write cost',
  reading: 'Reading headers one by one, or all at once (reading alone, nothing is set)',
};

/** The figures as Markdown, which reads as plain text too. */
export function asText(result: FilterResult): string {
  return [...notMeasured(result), ...facts(result), ...ratios(result), ...tables(result)].join('\n');
}

function facts({ date, envoy, machine, rounds, filter, requestFilter, made }: FilterResult): string[] {
  const place = machine.pinned ? 'Envoy and wrk on a core each' : 'Envoy and wrk NOT on cores of their own';
  return [
    `Measured ${date.slice(0, 10)} on Envoy ${envoy}, ${machine.cpu}, ${machine.cores} cores, Linux ` +
      `${machine.kernel}; ${place}; ${rounds} rounds. meshspan.wasm: ${module(filter)}; ` +
      `meshspan-request.wasm: ${module(requestFilter)}.`,
    '',
    ...Object.entries(made).map(([name, how]) => `- ${name}: ${how}`),
    '',
  ];
}

function module({ bytes, sha256 }: FilterResult['filter']): string {
  return `${bytes} bytes, SHA-256 ${sha256.slice(0, 12)}…`;
}

/** In front of everything else: a reader must not take a table for whole that is not. */
function notMeasured({ missing }: FilterResult): string[] {
  const lines = Object.entries(missing).map(([name, why]) => `**NOT MEASURED: ${name}.** ${oneLine(why)}\n`);
  return lines;
}

function ratios({ ratios, medianRatios, furtherAttribute, missing }: FilterResult): string[] {
  return [
    '| ratio of µs added | of the medians | median | min | max |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...Object.entries(ratios).map(
      ([name, summary]) =>
        `| ${name} | ${(medianRatios[name] ?? Number.NaN).toFixed(2)} | ${cells(summary)} |`,
    ),
    ...MODULES.flatMap((module) =>
      Object.keys(missing).map((peer) => `| ${module}/${peer} | not measured | | | |`),
    ),
    '',
    `Each attribute after the first adds ${furtherAttribute.median.toFixed(2)} µs ` +
      `(${furtherAttribute.min.toFixed(2)} to ${furtherAttribute.max.toFixed(2)}).`,
    '',
  ];
}

function tables({ cases, missing }: FilterResult): string[] {
  return (Object.keys(TITLES) as Group[]).flatMap((group) => [
    `### ${TITLES[group]}`,
    '',
    '| variant | µs added: median | min | max | µs in all | |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...Object.entries(cases)
      .filter(([, result]) => result.group === group)
      .map(([id, { added, total, does }]) => {
        const over = added === null ? '– | – | –' : cells(added);
        return `| ${id} | ${over} | ${total.median.toFixed(2)} | ${does} |`;
      }),
    ...(group === 'filters' ? Object.keys(missing).map((id) => `| ${id} | not measured | | | | |`) : []),
    '',
  ]);
}

function cells({ median, min, max }: Summary): string {
  return [median, min, max].map((value) => value.toFixed(2)).join(' | ');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
