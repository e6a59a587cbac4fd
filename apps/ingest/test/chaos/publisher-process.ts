import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTemporaryDirectory } from '@verimeter/test-support';

const ENTRY = fileURLToPath(new URL('publisher.ts', import.meta.url));

export interface PublisherProcess {
  readonly published: () => number;
  readonly acknowledged: () => number;
  /** Lets it publish the messages below this number; `last`: and then end. */
  allow(upTo: number, last?: boolean): void;
  /** Numbers of the messages whose acknowledgement is on the disk, once all are. */
  readonly finished: Promise<ReadonlySet<number>>;
  close(): Promise<void>;
}

export async function startPublisher(options: {
  readonly mqttUrl: string;
  readonly window: number;
}): Promise<PublisherProcess> {
  const directory = await createTemporaryDirectory('verimeter-chaos-');
  const log = path.join(directory.path, 'acknowledged.log');
  const { mqttUrl, window } = options;
  const child = spawn(process.execPath, [ENTRY, mqttUrl, log, String(window)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  let published = 0;
  const told = createInterface(child.stdout);
  told.on('line', (line) => {
    const progress: { published: number; acknowledged: number } = JSON.parse(line);
    ({ published, acknowledged } = progress);
  });
  const finished = (async (): Promise<ReadonlySet<number>> => {
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the publisher ended with ${String(code)}`);
    const numbers = new Set<number>();
    for await (const line of createInterface(createReadStream(log))) numbers.add(Number(line));
    return numbers;
  })();
  finished.catch(() => undefined); // awaited by whoever runs the chaos
  return {
    published: () => published,
    acknowledged: () => acknowledged,
    allow: (upTo, last = false) => {
      child.stdin.write(`${JSON.stringify({ upTo, last })}\n`);
    },
    finished,
    async close() {
      child.kill('SIGKILL');
      await directory.remove();
    },
  };
}
