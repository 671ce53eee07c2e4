/** Names by header, so that each is made once. */
const known = new Map<string, string>();

/**
 * The attribute that an identity header's value goes by on spans and in logs, as the filter names it:
 * `x-user-id` is `user.id`, `x-tenant-id` is `tenant.id`. Any other header follows the same rule: a leading
 * `x-` falls away, and dashes become dots.
 */
export function attributeOf(header: string): string {
  let attribute = known.get(header);
  if (attribute === undefined) {
    attribute = header.replace(/^x-/, '').replaceAll('-', '.');
    known.set(header, attribute);
  }
  return attribute;
}
