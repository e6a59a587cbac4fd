/** One event as received. */
export interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test checks the shape it needs
  readonly data: any;
}

export interface EventStream {
  readonly response: Response;
  readonly events: ReceivedEvent[];
  readonly comments: string[];
  /** Resolves when the server ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Opens a stream of server-sent events and reads it in the background. Closed by the caller. */
export async function openEventStream(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventStream> {
  const controller = new AbortController();
  const response = await fetch(url, { headers, signal: controller.signal });
  const events: ReceivedEvent[] = [];
  const comments: string[] = [];
  return {
    response,
    events,
    comments,
    ended: read(response, events, comments),
    close: () => controller.abort(),
  };
}

async function read(
  response: Response,
  events: ReceivedEvent[],
  comments: string[],
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of response.body ?? []) {
      rest += decoder.decode(chunk, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) readBlock(block, events, comments);
    }
  } catch (error) {
    // The test closed it, or the server was stopped: the end of the stream either way.
    if (!(error instanceof Error)) throw error;
  }
}

function readBlock(block: string, events: ReceivedEvent[], comments: string[]): void {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) comments.push(line.slice(1).trim());
    const match = /^(id|event|data): ?(.*)$/.exec(line);
    if (match?.[1] !== undefined) fields[match[1]] = match[2] ?? '';
  }
  if (fields['data'] !== undefined)
    events.push({
      id: fields['id'] ?? '',
      event: fields['event'] ?? 'message',
      data: JSON.parse(fields['data']),
    });
}
