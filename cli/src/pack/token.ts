/** How a registry lets a client in (distribution-spec: RFC 9110 challenges; docs of `distribution`: token auth). */
import type { Credentials } from './credentials.ts';

/** What a registry asks for in `www-authenticate`. */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The challenges that can be met, in the order of the header; the others are left out. */
export function parseChallenges(header: string): Challenge[] {
  // A comma separates challenges as well as parameters; only a scheme stands before a blank.
  const starts = [...header.matchAll(/(?:^|,\s*)(basic|bearer)(?=\s|$)/gi)];
  return starts.map((start, index) => {
    const text = header.slice(start.index + start[0].length, starts[index + 1]?.index);
    const parameters = [...text.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(
      ([, name = '', quoted, plain = '']) =>
        [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain] as const,
    );
    return { scheme: (start[1] ?? '').toLowerCase(), parameters: Object.fromEntries(parameters) };
  });
}

/** The header of basic authentication (RFC 7617). */
export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/**
 * The request that gets a bearer token for `scope`: with an identity token the OAuth 2 POST, else the GET with
 * basic authentication, or with none for what is public.
 */
export function tokenRequest(
  { parameters }: Challenge,
  scope: string,
  credentials: Credentials | undefined,
): Request {
  const { realm = '', service = '' } = parameters;
  const url = new URL(realm);
  if (credentials !== undefined && 'identityToken' in credentials) {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'meshspan',
      service,
      scope,
      refresh_token: credentials.identityToken,
    });
    return new Request(url, { method: 'POST', body });
  }
  if (service !== '') url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const known = credentials !== undefined && 'username' in credentials;
  return new Request(url, { headers: known ? { authorization: basic(credentials) } : {} });
}
