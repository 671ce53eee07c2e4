import { expect, it } from 'vitest';
import { CheckedTraceState } from './trace-state.ts';

it('reads, and gives back what came to the letter', () => {
  const state = new CheckedTraceState('a=1 , ,b=2');
  expect([state.get('a'), state.get('b'), state.get('c')]).toEqual(['1', '2', undefined]);
  expect(state.serialize()).toBe('a=1 , ,b=2');
});

it('changes a copy, the changed member in front (§3.5)', () => {
  const state = new CheckedTraceState('a=1,b=2');
  expect(state.set('b', '3').serialize()).toBe('b=3,a=1');
  expect(state.set('c', '3').serialize()).toBe('c=3,a=1,b=2');
  expect(state.unset('a').serialize()).toBe('b=2');
  expect(state.serialize()).toBe('a=1,b=2');
});

it('keeps to 32 members', () => {
  const full = Array.from({ length: 32 }, (_, index) => `k${index}=v`).join(',');
  const members = new CheckedTraceState(full).set('new', 'v').serialize().split(',');
  expect([members.length, members[0], members.at(-1)]).toEqual([32, 'new=v', 'k30=v']);
});
