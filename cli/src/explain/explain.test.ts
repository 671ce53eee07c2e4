import { expect, it } from 'vitest';
import { toMesh } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import { NEWEST } from '../config/versions.ts';
import { type Explanation, explain } from './explain.ts';

function explained(text: string): Explanation {
  const { attributes } = explain(toMesh(parseSource(text, 'meshspan.yaml')), NEWEST);
  return attributes[0] as Explanation;
}

const attribute = (from: string, key = 'user.id'): string => `attributes: [{ key: ${key}, from: [${from}] }]`;

it('warns of an identity that anybody can say, and of no other', () => {
  const anybody = [expect.stringMatching(/^without trust anybody is believed/)];
  expect(explained(attribute('{ header: x-user-id }')).cautions).toEqual(anybody);
  expect(explained(attribute('{ jwt: sub, unverified: true }')).cautions).toEqual(anybody);
  expect(explained(attribute('{ header: x-user-id }', 'color')).cautions).toEqual([]);
  expect(explained(attribute('{ peer: serviceAccount }')).cautions).toEqual([]);
  expect(explained(`${attribute('{ header: x-user-id }')}\ntrust: { identity: edge }`).cautions).toEqual([]);
});

it('says that a verified claim needs somebody who verifies it', () => {
  expect(explained(attribute('{ jwt: sub }')).cautions).toEqual([
    expect.stringContaining('RequestAuthentication'),
  ]);
});

it('tells the rule of repeated headers only where there is a header', () => {
  const rules = (from: string): string => explained(attribute(from, 'a')).rules.join();
  expect(rules('{ header: x-a }, { node: A }')).toContain('repeated header: reject');
  expect(rules('{ node: A }')).not.toContain('repeated');
});
