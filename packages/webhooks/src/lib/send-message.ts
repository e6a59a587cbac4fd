import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { type LookupFunction, isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';
import { hostOf, urlProblem } from './webhook-url.ts';

export interface SendSettings {
  /** Receivers on private addresses, and http to this machine: for tests and installations whose receivers are in the own network. */
  readonly allowPrivate: boolean;
  /** PEM of authorities besides the usual ones. */
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
  /** All addresses of a host; default: as the system resolves it. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

export type SendResult =
  | { readonly kind: 'answered'; readonly status: number; readonly excerpt: string }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'unreachable'; readonly error: string };

const RESPONSE_BYTES = 1024;

const resolveBySystem = (host: string): Promise<LookupAddress[]> =>
  lookup(host, { all: true, verbatim: true });

class RefusedAddressError extends Error {
  readonly code = 'refused_address';
}

/** Every address of the host, each checked. @throws {RefusedAddressError} */
async function checkedAddresses(
  url: URL,
  settings: SendSettings,
): Promise<readonly LookupAddress[]> {
  const host = hostOf(url);
  const family = isIP(host);
  const addresses =
    family === 0 ? await (settings.resolve ?? resolveBySystem)(host) : [{ address: host, family }];
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  for (const { address } of addresses) {
    if (!settings.allowPrivate && !isPublicAddress(address))
      throw new RefusedAddressError(`${host} is at ${address}, which is no public address`);
    if (url.protocol === 'http:' && !isLoopbackAddress(address))
      throw new RefusedAddressError(`http is for this machine only, and ${host} is at ${address}`);
  }
  return addresses;
}

/** Answers with addresses that were checked, whatever the name means by now. */
const lookupIn =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };

/** Posts a message once. Redirects are not followed: where they lead nobody has checked. */
export async function sendMessage(
  text: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  settings: SendSettings,
  stopping: AbortSignal = new AbortController().signal,
): Promise<SendResult> {
  const problem = urlProblem(text, settings.allowPrivate);
  if (problem !== undefined)
    return { kind: 'refused', error: `the address is refused: ${problem}` };
  const url = new URL(text);
  const tooLong = AbortSignal.timeout(settings.timeoutMs);
  const signal = AbortSignal.any([stopping, tooLong]);
  try {
    const addresses = await unlessAborted(checkedAddresses(url, settings), signal);
    return await post(url, message, { ...settings, addresses, signal });
  } catch (error) {
    if (error instanceof RefusedAddressError) return { kind: 'refused', error: error.message };
    if (tooLong.aborted)
      return { kind: 'unreachable', error: `no answer within ${settings.timeoutMs / 1000} s` };
    return { kind: 'unreachable', error: error instanceof Error ? reasonOf(error) : String(error) };
  }
}

/** Of several addresses tried none answered: each has its reason. */
const reasonOf = (error: Error): string =>
  error instanceof AggregateError
    ? error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join('; ')
    : error.message;

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function post(
  url: URL,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  how: SendSettings & {
    readonly addresses: readonly LookupAddress[];
    readonly signal: AbortSignal;
  },
): Promise<SendResult> {
  const { promise, resolve, reject } = Promise.withResolvers<SendResult>();
  const options: https.RequestOptions = {
    method: 'POST',
    // a connection of its own, made to what was checked just now
    agent: false,
    lookup: lookupIn(how.addresses),
    signal: how.signal,
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Verimeter-Webhooks/1',
    },
    ...(how.ca === undefined ? {} : { ca: [...rootCertificates, how.ca] }),
  };
  const request = (url.protocol === 'https:' ? https : http).request(url, options, (response) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const finish = (): void =>
      resolve({
        kind: 'answered',
        status: response.statusCode ?? 0,
        excerpt: textOf(Buffer.concat(parts)),
      });
    response.on('data', (part: Buffer) => {
      parts.push(part);
      bytes += part.byteLength;
      if (bytes < RESPONSE_BYTES) return;
      finish();
      response.destroy();
    });
    response.on('end', finish);
    // A status is an answer, also where the rest of it does not come.
    response.on('error', finish);
  });
  request.on('error', reject);
  request.end(body);
  return promise;
}

/** What a text column can keep of it. */
const textOf = (bytes: Buffer): string =>
  bytes.subarray(0, RESPONSE_BYTES).toString('utf8').replaceAll('\0', '\u{FFFD}');
