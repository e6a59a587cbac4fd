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
/** Between two pieces of an answer that streams; `query.timeout` of QuestDB ends the statement as a whole. */
const SILENCE_MS = 60_000;

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

  async function ask(path: string, sql: string, signal: AbortSignal): Promise<Response> {
    const target = new URL(path, url.origin);
    target.searchParams.set('query', sql);
    let response: Response;
    try {
      response = await fetch(target, { headers, signal });
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
      const response = await ask('/exec', sql, AbortSignal.timeout(timeoutMs));
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
      const silence = new AbortController();
      const timer = setTimeout(
        () => silence.abort(new DOMException('no piece of an answer in time', 'TimeoutError')),
        SILENCE_MS,
      );
      const reader = createNumberReader(take);
      try {
        const response = await ask('/exp', sql, silence.signal);
        if (response.body !== null)
          for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
            timer.refresh();
            reader.take(chunk);
          }
      } catch (error) {
        throw error instanceof QuestDbError ? error : unreachable(error);
      } finally {
        clearTimeout(timer);
      }
      reader.end();
    },
  };
}

const NEW_LINE = 10;
const RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;

/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** The number in some bytes that are no plain decimal; NaN where there is none. */
function oddNumber(bytes: Buffer, from: number, to: number): number {
  if (from < to && bytes[from] === QUOTE) return oddNumber(bytes, from + 1, to - 1);
  const text = bytes.toString('latin1', from, to);
  return text === '' || text === 'null' ? Number.NaN : Number(text);
}

/**
 * Reads CSV of numbers: a line of names, then lines of as many numbers, empty where there is none. Decimals are put together from their
 * digits, without a text of each: a whole number below 2^53 divided by a power of ten below 10^23 is rounded once, as the decimal is.
 */
export function createNumberReader(take: (row: Float64Array) => void): {
  take(chunk: Uint8Array): void;
  end(): void;
} {
  let rest = Buffer.alloc(0);
  let row: Float64Array | undefined;

  /** The line of names; where the lines of numbers begin. */
  function names(bytes: Buffer): number {
    const end = bytes.indexOf(NEW_LINE);
    if (end < 0) return 0;
    row = new Float64Array(bytes.toString('latin1', 0, end).split(',').length);
    return end + 1;
  }

  /** Whole lines. */
  function lines(bytes: Buffer, from: number, to: number, numbers: Float64Array): void {
    const columns = numbers.length;
    let cell = 0;
    let lineStart = from;
    for (let k = from; k < to; k += 1) {
      let byte = bytes[k] ?? NEW_LINE;
      const isQuoted = byte === QUOTE;
      if (isQuoted) byte = bytes[(k += 1)] ?? NEW_LINE;
      const start = k;
      const isNegative = byte === MINUS;
      if (isNegative) byte = bytes[(k += 1)] ?? NEW_LINE;
      let whole = 0;
      let point = 0;
      for (;;) {
        const digit = byte - ZERO;
        if (digit >= 0 && digit <= 9) whole = whole * 10 + digit;
        else if (byte === POINT && point === 0) point = k + 1;
        else break;
        byte = bytes[(k += 1)] ?? NEW_LINE;
      }
      const decimals = point === 0 ? 0 : k - point;
      const isBlank = k === start;
      if (isQuoted && byte === QUOTE) byte = bytes[(k += 1)] ?? NEW_LINE;
      const isEnd = byte === COMMA || byte === NEW_LINE || byte === RETURN;
      let number: number;
      if (isEnd && !isBlank && whole <= Number.MAX_SAFE_INTEGER && decimals < 23) {
        number = decimals === 0 ? whole : whole / (POWERS_OF_TEN[decimals] ?? 1);
        if (isNegative) number = -number;
      } else {
        while (byte !== COMMA && byte !== NEW_LINE && byte !== RETURN)
          byte = bytes[(k += 1)] ?? NEW_LINE;
        number = oddNumber(bytes, isQuoted ? start - 1 : start, k);
      }
      numbers[cell] = number; // beyond the last one it is lost, and counted
      cell += 1;
      if (byte === COMMA) continue;
      if (byte === RETURN) k += 1;
      if (cell === columns) take(numbers);
      else if (cell > 1 || !isBlank)
        throw new QuestDbError(
          `QuestDB ended an answer in the middle of a row: ${bytes.toString('latin1', lineStart, k).trim()}`,
        );
      cell = 0;
      lineStart = k + 1;
    }
  }

  return {
    take(chunk) {
      const bytes =
        rest.length === 0
          ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
          : Buffer.concat([rest, chunk]);
      const start = row === undefined ? names(bytes) : 0;
      const end = bytes.lastIndexOf(NEW_LINE) + 1;
      if (row !== undefined && end > start) lines(bytes, start, end, row);
      rest = Buffer.from(bytes.subarray(row === undefined ? 0 : end)); // the chunk is the caller's
    },
    end() {
      const bytes = rest.length === 0 ? rest : Buffer.concat([rest, Buffer.of(NEW_LINE)]);
      const start = row === undefined ? names(bytes) : 0;
      if (row === undefined) throw new QuestDbError('QuestDB gave an answer without columns');
      lines(bytes, start, bytes.length, row);
    },
  };
}
