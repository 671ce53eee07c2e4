import { describe, expect, it } from 'vitest';
import { mistakesOf } from '../load.ts';
import { parseSource } from '../source.ts';

function mistakes(text: string): string[] {
  return mistakesOf(parseSource(text, 'meshspan.yaml')).map(({ code, path }) => `${code} ${path}`);
}

describe('fields of the collector', () => {
  it('have to leave time for a trace that is slow', () => {
    const conflict = 'MESHSPAN_CONFIG_CONFLICT $.collector.decisionWait';
    expect(mistakes('collector: { decisionWait: 2s, keep: { slowerThan: 2000ms } }')).toEqual([conflict]);
    expect(mistakes('collector: { keep: { slowerThan: 1m } }')).toEqual([conflict]);
    expect(mistakes('collector: { decisionWait: 1h, keep: { slowerThan: 59m } }')).toEqual([]);
  });

  it('do not drop what the filter puts on spans', () => {
    const attributes = 'attributes: [{ key: user.id, from: [{ header: x-user }] }]';
    expect(mistakes(`${attributes}\ncollector: { drop: [other, user.id] }`)).toEqual([
      'MESHSPAN_CONFIG_CONFLICT $.collector.drop[1]',
    ]);
    expect(mistakes(`${attributes}\ncollector: { drop: [other] }`)).toEqual([]);
  });
});
