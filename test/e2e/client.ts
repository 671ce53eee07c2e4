import { randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { request as requestByTls } from 'node:https';

/** What the services of the tests answer: the headers that each of them got. */
export interface ShopAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Status of the answer that `orders` got. */
  readonly status: number;
  readonly inventory?: { readonly headers: IncomingHttpHeaders };
}

/** A fresh trace as a caller would begin it. */
export interface CallerTrace {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceparent: string;
}

export function newTrace(): CallerTrace {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** Headers as they are sent: a list of values is sent as repeated headers. */
export type SentHeaders = Readonly<Record<string, string | readonly string[]>>;

/** What a caller shows and believes on a TLS connection, in PEM: its own certificate is optional. */
export interface CallerTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * A request without a body, by default GET, on a connection of its own, with headers exactly as given: each
 * character is sent as one byte, so that bytes which are no UTF-8 can be sent too.
 */
export function get(
  url: string,
  headers: SentHeaders,
  { method = 'GET', tls }: { method?: string; tls?: CallerTls | undefined } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = tls === undefined ? request : requestByTls;
    const call = send(
      url,
      { method, headers: headers as Record<string, string | string[]>, agent: false, ...tls },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        const { statusCode: status = 0, headers } = response;
        response.on('end', () => resolve({ status, headers, body }));
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end();
  });
}
