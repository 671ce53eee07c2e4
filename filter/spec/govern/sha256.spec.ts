import { HASH_BYTES, HmacKey, sha256 } from '../../assembly/govern/sha256';

function hex(bytes: StaticArray<u8>): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16);
  return text;
}

function hashOf(message: string): string {
  const bytes = String.UTF8.encode(message);
  const into = new StaticArray<u8>(HASH_BYTES);
  sha256(changetype<usize>(bytes), bytes.byteLength, changetype<usize>(into));
  return hex(into);
}

function bytesOf(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = <u8>parseInt(text.substr(i * 2, 2), 16);
  return bytes;
}

/** Key and data in hexadecimal, as RFC 4231 gives them. */
function hmacOf(key: string, data: string): string {
  const keyBytes = bytesOf(key);
  const dataBytes = bytesOf(data);
  const into = new StaticArray<u8>(HASH_BYTES);
  const hmac = new HmacKey(changetype<usize>(keyBytes), keyBytes.length);
  hmac.sign(changetype<usize>(dataBytes), dataBytes.length, changetype<usize>(into));
  const first = hex(into);
  // A key serves more than one value.
  hmac.sign(changetype<usize>(dataBytes), dataBytes.length, changetype<usize>(into));
  expect(hex(into)).toBe(first);
  return first;
}

describe('sha256: NIST example values', () => {
  it('the empty message, one block, two blocks', () => {
    expect(hashOf('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hashOf('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });

  it('a message of a million letters', () => {
    expect(hashOf('a'.repeat(1000000))).toBe(
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    );
  });
});

describe('HmacKey: RFC 4231', () => {
  it('case 1', () => {
    expect(hmacOf('0b'.repeat(20), '4869205468657265')).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
  });

  it('case 2: a key shorter than the hash', () => {
    expect(hmacOf('4a656665', '7768617420646f2079612077616e7420666f72206e6f7468696e673f')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('cases 3 and 4: data longer than the hash', () => {
    expect(hmacOf('aa'.repeat(20), 'dd'.repeat(50))).toBe(
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    );
    expect(hmacOf('0102030405060708090a0b0c0d0e0f10111213141516171819', 'cd'.repeat(50))).toBe(
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    );
  });

  it('case 6: a key longer than a block', () => {
    const data =
      '54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374';
    expect(hmacOf('aa'.repeat(131), data)).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });
});
