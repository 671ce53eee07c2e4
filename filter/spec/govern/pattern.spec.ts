import { Pattern } from '../../assembly/govern/pattern';

function matches(pattern: string, value: string): bool {
  const compiled = new Pattern(pattern);
  if (compiled.problem.length > 0) return false;
  const bytes = String.UTF8.encode(value);
  return compiled.matches(changetype<usize>(bytes), bytes.byteLength);
}

function expectMatches(pattern: string, values: string[]): void {
  for (let i = 0; i < values.length; i++)
    expect(matches(pattern, values[i])).toBe(true, `${pattern} ${values[i]}`);
}

function expectNone(pattern: string, values: string[]): void {
  expect(new Pattern(pattern).problem).toBe('', pattern);
  for (let i = 0; i < values.length; i++) {
    expect(matches(pattern, values[i])).toBe(false, `${pattern} ${values[i]}`);
  }
}

function expectProblem(pattern: string, problem: string): void {
  expect(new Pattern(pattern).problem).toBe(problem, pattern);
}

describe('Pattern: what a whole value must be', () => {
  it('characters', () => {
    expectMatches('abc', ['abc']);
    expectNone('abc', ['', 'ab', 'abcd', 'xabc', 'ABC']);
    expectMatches('^abc$', ['abc']);
    expectMatches('a\\.b\\\\c\\[', ['a.b\\c[']);
    expectNone('a\\.b', ['axb']);
  });

  it('classes', () => {
    expectMatches('[a-c_]', ['a', 'b', 'c', '_']);
    expectNone('[a-c_]', ['', 'd', 'A', 'ab', 'é']);
    expectMatches('[^a-c]', ['d', '-', 'é', '😀']);
    expectNone('[^a-c]', ['a', 'c', 'dd']);
    expectMatches('[a-]', ['a', '-']);
    expectMatches('[]x]', [']', 'x']);
    expectMatches('[\\]\\d]', [']', '7']);
    expectMatches('.', ['a', ' ', 'é', '€', '😀']);
    expectNone('.', ['', 'ab']);
    expectMatches('\\d\\w', ['1a', '2_', '3Z']);
    expectNone('\\d\\w', ['a1', '1-', '1é']);
  });

  it('counts', () => {
    expectMatches('a?b', ['b', 'ab']);
    expectNone('a?b', ['aab', 'a']);
    expectMatches('a*b', ['b', 'ab', 'aaaab']);
    expectMatches('a+b', ['ab', 'aaaab']);
    expectNone('a+b', ['b']);
    expectMatches('[a-z]{3}', ['abc']);
    expectNone('[a-z]{3}', ['ab', 'abcd']);
    expectMatches('[a-z]{2,}', ['ab', 'abcdefgh']);
    expectNone('[a-z]{2,}', ['a']);
    expectMatches('[A-Z]{2}-\\d{4,6}', ['DE-1234', 'FR-123456']);
    expectNone('[A-Z]{2}-\\d{4,6}', ['DE-123', 'DE-1234567', 'D-1234']);
    expectMatches('.{2}', ['é😀']);
    expectMatches('a{0,1}b', ['b', 'ab']);
  });

  it('nothing matches the empty value only', () => {
    expectMatches('', ['']);
    expectNone('', ['a']);
  });

  it('an e-mail address, a UUID', () => {
    expectMatches('[^@]+@[^@.]+\\.[a-z]{2,10}', ['ada@example.org']);
    expectNone('[^@]+@[^@.]+\\.[a-z]{2,10}', ['ada', 'ada@example', 'a@b@c.de', '@example.org']);
    const hex = '[0-9a-f]';
    expectMatches(`${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`, [
      '5e0b7d1c-4b1c-9c3e-a0de-0123456789ab',
    ]);
  });
});

describe('Pattern: what is none', () => {
  it('what would have to go back', () => {
    expectProblem('a*a', 'place 1 may repeat, and accepts what place 2 does');
    expectProblem('[a-z]+x?[0-9a]', 'place 1 may repeat, and accepts what place 2 does');
    expectProblem('[a-z]+-?z', 'place 1 may repeat, and accepts what place 3 does');
    expectProblem('.*é', 'a sign that has to be escaped, or is not supported, at character 3');
    expectProblem('[^a]*[^b]', 'place 1 may repeat, and accepts what place 2 does');
    expectProblem('[a-z]{2}[a-z]', '');
  });

  it('groups, alternatives, counts of nothing', () => {
    expectProblem('(a)', 'a sign that has to be escaped, or is not supported, at character 1');
    expectProblem('a|b', 'a sign that has to be escaped, or is not supported, at character 2');
    expectProblem('*a', 'a sign that has to be escaped, or is not supported, at character 1');
    expectProblem('a**', 'a sign that has to be escaped, or is not supported, at character 3');
    expectProblem('a{2', 'a count such as {2}, {2,} or {2,4}, at character 4');
    expectProblem('a{3,2}', 'a count such as {2}, {2,} or {2,4}, at character 6');
    expectProblem('a{0}', 'a count such as {2}, {2,} or {2,4}, at character 4');
    expectProblem('a{x}', 'a count such as {2}, {2,} or {2,4}, at character 3');
  });

  it('classes without an end, ranges that go down, unknown escapes', () => {
    expectProblem('[a', 'the end of a class, or a character of ASCII, at character 3');
    expectProblem('[z-a]', 'a range that goes up, at character 5');
    expectProblem('\\b', 'an unknown escape, at character 3');
    expectProblem('\\', 'an unknown escape, at character 3');
    expectProblem('a'.repeat(257), 'it is longer than 256 characters');
  });
});
