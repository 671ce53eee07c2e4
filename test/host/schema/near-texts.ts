import fc from 'fast-check';

/** Texts near to a pattern's or a template's grammar. */
export const anyPattern: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...['a', 'z', '-', '^', '$', '.', '*', '+', '?', '[', ']', '[', ']', '{', '}', '{2}', '{0,', '2', ','],
      ...['\\', '\\d', '\\]', '(', '|', ' ', '0', '9', '[a-', '[^', '~', 'é', '\n'],
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
export const anyPath: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('/', '/', '/', '{', '}', '*', 'a', '{t}', '/{t}', '/**', 'é', '\n'), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(''));
/** Texts near to templates of span names. */
export const anySpanName: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom('/', '/', '/', '{', '}', '*', 'a', '{t}', '/{t}', '/**', 'é', 'GET ', ' ', '#', '"'),
    {
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(''));
