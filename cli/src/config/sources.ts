/** What the sources of an attribute are, for the rules and the generators. */
import type { Attribute, Source } from './model.ts';

const RESPONSE = ['responseHeader', 'responseCode', 'flags', 'duration'] as const;

/** The name of a source's one field: `header`, `jwt`, … */
export function kindOf(source: Source): keyof Source {
  const [kind] = Object.keys(source).filter(
    (name) => name !== 'type' && name !== 'payloadInMetadata' && name !== 'unverified',
  );
  return kind as keyof Source;
}

/** Whether a source is read in the response phase. */
export function isOfResponse(source: Source): boolean {
  return RESPONSE.some((kind) => kind in source) || /^(?:response|upstream)\./.test(source.property ?? '');
}

/** Whether it reads what jwt_authn has verified, so that the filter must stand behind jwt_authn. */
export function readsVerifiedJwt({ from }: Pick<Attribute, 'from'>): boolean {
  return from.some(({ jwt, unverified }) => jwt !== undefined && unverified !== true);
}

/** Whether `trust` applies to an attribute: as it says itself, else by its key (docs/filter.md). */
export function isIdentity({ key, identity }: Attribute): boolean {
  return identity ?? /^(?:user|enduser|tenant)(?:\.|$)/.test(key);
}
