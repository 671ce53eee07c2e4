import { reset } from '../../assembly/abi/arena';
import { Bytes, Received } from '../../assembly/abi/host';
import { makeSafe } from '../../assembly/govern/safe';
import { DistinctValues, ValueSet } from '../../assembly/govern/values';

function has(set: ValueSet, value: string): bool {
  const bytes = String.UTF8.encode(value);
  return set.has(changetype<usize>(bytes), bytes.byteLength);
}

function admits(values: DistinctValues, value: string): bool {
  const bytes = String.UTF8.encode(value);
  return values.admit(changetype<usize>(bytes), bytes.byteLength);
}

/** The bytes of a text of hexadecimal digits, made safe; the result as text. */
function safe(hex: string, maxLength: i32): string {
  reset();
  const bytes = new StaticArray<u8>(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = <u8>parseInt(hex.substr(i * 2, 2), 16);
  Received.start = changetype<usize>(bytes);
  Received.size = bytes.length;
  expect(makeSafe(maxLength)).toBe(true);
  return String.UTF8.decodeUnsafe(Received.start, Received.size);
}

describe('ValueSet', () => {
  it('has what it was made of, and nothing else', () => {
    const values: Bytes[] = [];
    for (let i = 0; i < 300; i++) values.push(String.UTF8.encode(`tenant-${i}`));
    const set = new ValueSet(values);
    for (let i = 0; i < 300; i++) expect(has(set, `tenant-${i}`)).toBe(true);
    expect(has(set, 'tenant-300')).toBe(false);
    expect(has(set, 'tenant-')).toBe(false);
    expect(has(set, '')).toBe(false);
  });
});

describe('DistinctValues', () => {
  it('admits as many as it may, and those again', () => {
    const values = new DistinctValues(100, 7);
    for (let i = 0; i < 100; i++) expect(admits(values, `v${i}`)).toBe(true);
    for (let i = 100; i < 200; i++) expect(admits(values, `v${i}`)).toBe(false);
    for (let i = 0; i < 100; i++) expect(admits(values, `v${i}`)).toBe(true);
  });

  it('one is enough', () => {
    const values = new DistinctValues(1, 0);
    expect(admits(values, 'a')).toBe(true);
    expect(admits(values, 'b')).toBe(false);
    expect(admits(values, 'a')).toBe(true);
  });
});

describe('makeSafe', () => {
  it('keeps what is safe', () => {
    expect(safe('c3a9e282acf09f9880', 10)).toBe('é€😀');
  });

  it('quotes and backslashes become what a JSON text may hold', () => {
    expect(safe('61225c62', 10)).toBe("a'/b");
  });

  it('control characters and what is no UTF-8 become the replacement character', () => {
    expect(safe('6100096262', 10)).toBe('a\uFFFD\uFFFDbb');
    expect(safe('61c28562', 10)).toBe('a\uFFFDb');
    expect(safe('62fc6c6c6572', 10)).toBe('b\uFFFDller');
    expect(safe('c3', 10)).toBe('\uFFFD');
    expect(safe('c2', 10)).toBe('\uFFFD');
    expect(safe('eda080', 10)).toBe('\uFFFD\uFFFD\uFFFD');
  });

  it('cuts at the number of characters', () => {
    expect(safe('22c3a9fe6162', 3)).toBe("'é\uFFFD");
  });
});
