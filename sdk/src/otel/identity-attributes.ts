import { attributeOf } from '../attributes.ts';
import type { Identity } from '../formats/identity.ts';

/** The part of OpenTelemetry's Span that identity is written to. */
export interface AttributeTarget {
  setAttribute(key: string, value: string): unknown;
}

/** Sets who a request is for on a span, under the filter's names: `user.id`, `tenant.id`. */
export function setIdentityAttributes(span: AttributeTarget, identity: Identity): void {
  for (const header in identity) span.setAttribute(attributeOf(header), identity[header] as string);
}
