import type { Problem, ProblemCode } from '@verimeter/api-schema';
import { takeEarly } from './early-request.ts';

const PREFIX = '/api/v1';

/** What went wrong, as the API said it; `unreachable`: no answer came at all, `unknown`: not one of the API's. */
export class ApiError extends Error {
  readonly code: ProblemCode | 'unreachable' | 'unknown';
  readonly status: number;
  readonly fields: readonly { readonly field: string; readonly message: string }[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ApiError['code'],
    status: number,
    message: string,
    fields: ApiError['fields'] = [],
    retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.fields = fields;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** One page of any list of the API. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

export interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  if (!isProblem(body)) return new ApiError('unknown', response.status, response.statusText);
  return new ApiError(
    body.code,
    body.status,
    body.detail,
    body.errors,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

export function requestPath(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text === '' ? `${PREFIX}${path}` : `${PREFIX}${path}?${text}`;
}

/**
 * The only way to the API. The session cookie goes along by itself; the language decides the texts of the evidence.
 * `Result` is a type of @verimeter/api-schema: the API's own tests hold its answers to those schemas, so that the
 * browser need not carry a validator.
 * @throws {ApiError} for every answer that is not 2xx, and where none came
 */
export async function request<Result>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options: RequestOptions = {},
): Promise<Result> {
  const headers = new Headers({ accept: 'application/json' });
  headers.set('accept-language', document.documentElement.lang);
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal !== undefined) init.signal = options.signal;
  const address = requestPath(path, options.query);
  const early = method === 'GET' ? await takeEarly(address) : undefined;
  const response =
    early ??
    (await fetch(address, init).catch((error: unknown) => {
      if (options.signal?.aborted === true) throw error;
      throw new ApiError('unreachable', 0, String(error));
    }));
  if (!response.ok) throw await errorOf(response);
  const body: unknown = response.status === 204 ? undefined : await response.json();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above: the API's tests check it
  return body as Result;
}

export function get<Result>(path: string, query: Query, signal?: AbortSignal): Promise<Result> {
  return request<Result>('GET', path, signal === undefined ? { query } : { query, signal });
}

/** All pages of a list, up to `maximum` items; `complete` is false where there were more. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what the path answers with
export async function getAll<Item>(
  path: string,
  query: Query,
  maximum: number,
  signal?: AbortSignal,
): Promise<{ items: Item[]; complete: boolean }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await get<Page<Item>>(
      path,
      { ...query, limit: Math.min(1000, maximum), cursor },
      signal,
    );
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && items.length < maximum);
  return { items, complete: cursor === undefined };
}
