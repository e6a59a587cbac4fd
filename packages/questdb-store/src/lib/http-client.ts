import { QuestDbError } from './questdb-error.ts';

export interface QuestDbHttp {
  /** Without user and password. */
  readonly origin: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Rows of a statement, as JSON has them; for what is small. */
  query(sql: string, timeoutMs?: number): Promise<unknown[][]>;
  /** Numbers of a statement, row by row as they come in; `take` must not keep the other end waiting. NaN where there is none. */
  numbers(sql: string, take: (row: Float64Array) => void): Promise<void>;
}

/** The longest statement is a count of all readings. */
const TIMEOUT_MS = 60_000;

interface JsonAnswer {
  readonly dataset?: unknown[][];
  readonly error?: string;
}

async function refusal(response: Response): Promise<QuestDbError> {
  const text = await response.text();
  let said = text.slice(0, 300);
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- QuestDB's own form of an error
    said = (JSON.parse(text) as JsonAnswer).error ?? said;
  } catch {
    // not JSON: as it is
  }
  const hint =
    response.status === 401 || response.status === 403
      ? ': correct user and password in QUESTDB_HTTP_URL'
      : '';
  return new QuestDbError(`QuestDB refuses (${response.status})${hint}: ${said}`);
}

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(cause);
};

/** The HTTP side of a QuestDB, of `http://user:password@host:9000`. Answers stream: nothing is held that the caller does not keep. */
export function createQuestDbHttp(address: string): QuestDbHttp {
  const url = new URL(address);
  const user = url.username === '' ? undefined : decodeURIComponent(url.username);
  const password = url.password === '' ? undefined : decodeURIComponent(url.password);
  const headers: Record<string, string> =
    user === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`,
        };

  async function ask(path: string, sql: string, timeoutMs: number): Promise<Response> {
    const target = new URL(path, url.origin);
    target.searchParams.set('query', sql);
    let response: Response;
    try {
      response = await fetch(target, { headers, signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw unreachable(error);
    }
    if (response.ok) return response;
    throw await refusal(response);
  }

  const unreachable = (error: unknown): QuestDbError =>
    new QuestDbError(
      `QuestDB at ${url.origin} does not answer (${causeOf(error)}): start it, or correct QUESTDB_HTTP_URL`,
      { cause: error },
    );

  return {
    origin: url.origin,
    user,
    password,
    async query(sql, timeoutMs = TIMEOUT_MS) {
      const response = await ask('/exec', sql, timeoutMs);
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- QuestDB's own form of an answer
        const { dataset = [], error } = (await response.json()) as JsonAnswer;
        if (error !== undefined) throw new QuestDbError(`QuestDB refuses: ${error}`);
        return dataset;
      } catch (error) {
        throw error instanceof QuestDbError ? error : unreachable(error);
      }
    },
    async numbers(sql, take) {
      const response = await ask('/exp', sql, TIMEOUT_MS);
      const reader = createNumberReader(take);
      try {
        if (response.body !== null)
          for await (const chunk of response.body as AsyncIterable<Uint8Array>) reader.take(chunk);
      } catch (error) {
        throw unreachable(error);
      }
      reader.end();
    },
  };
}

const NEW_LINE = 10;
const RETURN = 13;
const COMMA = 44;
const QUOTE = 34;
const ZERO = 48;
const NINE = 57;
/** Fewer digits are exact while they are put together. */
const MOST_DIGITS = 15;

/** The number in some bytes; NaN where there is none. Ids, instants and most values are digits only: no text is made of these. */
function numberIn(bytes: Buffer, from: number, to: number): number {
  if (bytes[from] === QUOTE) return numberIn(bytes, from + 1, to - 1);
  if (from === to) return Number.NaN;
  if (to - from > MOST_DIGITS + 1) return Number(bytes.toString('latin1', from, to));
  let number = 0;
  for (let k = from; k < to; k += 1) {
    const byte = bytes[k] ?? 0;
    if (byte < ZERO || byte > NINE) {
      const text = bytes.toString('latin1', from, to);
      return text === 'null' ? Number.NaN : Number(text);
    }
    number = number * 10 + (byte - ZERO);
  }
  return number <= Number.MAX_SAFE_INTEGER ? number : Number(bytes.toString('latin1', from, to));
}

/** Reads CSV of numbers: a line of names, then lines of as many numbers, empty where there is none. */
export function createNumberReader(take: (row: Float64Array) => void): {
  take(chunk: Uint8Array): void;
  end(): void;
} {
  let rest = Buffer.alloc(0);
  let row: Float64Array | undefined;

  /** One line, without its end. */
  function line(bytes: Buffer, from: number, to: number): void {
    const end = bytes[to - 1] === RETURN ? to - 1 : to;
    if (end <= from) return;
    if (row === undefined) {
      row = new Float64Array(bytes.toString('latin1', from, end).split(',').length);
      return;
    }
    let cell = 0;
    let start = from;
    for (let k = from; k <= end; k += 1) {
      if (k < end && bytes[k] !== COMMA) continue;
      row[cell] = numberIn(bytes, start, k); // beyond the last one it is lost, and counted
      cell += 1;
      start = k + 1;
    }
    if (cell !== row.length)
      throw new QuestDbError(
        `QuestDB ended an answer in the middle of a row: ${bytes.toString('latin1', from, end)}`,
      );
    take(row);
  }

  return {
    take(chunk) {
      const bytes =
        rest.length === 0
          ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
          : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, start)) {
        line(bytes, start, end);
        start = end + 1;
      }
      rest = Buffer.from(bytes.subarray(start)); // the chunk is the caller's
    },
    end() {
      line(rest, 0, rest.length);
      if (row === undefined) throw new QuestDbError('QuestDB gave an answer without columns');
    },
  };
}
