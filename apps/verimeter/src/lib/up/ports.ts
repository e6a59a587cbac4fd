import { createServer } from 'node:net';
import { CommandError } from '../arguments.ts';

/** A port that was asked for is in use. */
export class PortTakenError extends CommandError {
  constructor(port: number, option: string, cause: unknown) {
    super(`port ${port} is taken by another program; choose another with --${option}`, { cause });
  }
}

/** Ports tried after a default one. */
const NEXT_PORTS = 50;

/** Resolves when the port was free just now; rejects as `listen` does. */
function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/**
 * A port to listen on: the one asked for, or the default or the next free one after it.
 *
 * @throws {CommandError} where a port that was asked for is taken.
 */
export async function choosePort(options: {
  readonly host: string;
  readonly asked: number | undefined;
  readonly standard: number;
  readonly option: string;
}): Promise<number> {
  const { host, asked, standard, option } = options;
  const candidates =
    asked === undefined
      ? Array.from({ length: NEXT_PORTS }, (_item, index) => standard + index)
      : [asked];
  for (const port of candidates) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      return await tryPort(host, port);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EADDRINUSE' && asked === undefined) continue;
      if (code === 'EADDRINUSE') throw new PortTakenError(port, option, error);
      throw new CommandError(
        `cannot listen on ${host} port ${port} (${code}); choose another with --${option}`,
        { cause: error },
      );
    }
  }
  throw new CommandError(`no free port from ${standard} on; choose one with --${option}`);
}
