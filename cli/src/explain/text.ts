import type { Explained, Explanation } from './explain.ts';

/** The explanation for a terminal: a block for each attribute, then what all of them cost. */
export function explainedText({ envoy, attributes, cost, module }: Explained): string {
  const blocks = attributes.map((attribute) => `${block(attribute)}\n`);
  const needed =
    module === undefined
      ? 'filter: none, Envoy does all of it'
      : `filter: ${module.name}${module.why === undefined ? '' : `, for ${module.why}`}`;
  const total = [
    needed,
    `cost a request on Envoy ${envoy}: about ${micro(cost.filter)} for the filter, and ${micro(cost.tags)} for the tags of`,
    `a request that is sampled (${cost.source})`,
  ];
  return `${blocks.join('\n')}\n${total.join('\n')}\n`;
}

function block(explanation: Explanation): string {
  const { key, by, why, sources, rules, span, log, metric, headers, cautions } = explanation;
  const rows: [string, string][] = [
    ['by', `${by === 'envoy' ? 'Envoy itself' : 'the filter'}: ${why}`],
    ['from', sources.join(' → ')],
    ...(by === 'filter' ? [['rules', rules.join(' · ')] as [string, string]] : []),
    ['span', span],
    ['log', log],
    ...(metric === '' ? [] : [['metric', metric] as [string, string]]),
    ...headers.map((header): [string, string] => ['sent on', header]),
    ...cautions.map((caution): [string, string] => ['caution', caution]),
  ];
  return [key, ...rows.map(([name, text]) => `  ${name.padEnd(8)} ${text}`)].join('\n');
}

function micro(value: number): string {
  return `${value.toFixed(1)} µs`;
}
