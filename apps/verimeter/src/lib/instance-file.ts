import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What `up` tells its users when it is ready: on stdout, and in `instance.json`. */
export interface ReadyMessage {
  readonly event: 'ready';
  readonly http: string;
  readonly mqtt: string;
  readonly tenant: string;
  readonly api_key: string;
}

/** Where the database of the running `up` is; `server.json`, written as soon as it accepts connections. */
export interface ServerRecord {
  readonly pid: number;
  readonly database_url: string;
  /** Its broker, with credentials where they are needed; absent before the broker listens. */
  readonly mqtt_url?: string;
}

const instanceFile = (dataDir: string): string => path.join(dataDir, 'instance.json');
const serverFile = (dataDir: string): string => path.join(dataDir, 'server.json');

/** Readable by its owner only (the content holds secrets), complete or absent. */
async function writePrivate(file: string, content: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o711 });
  const unfinished = `${file}.${process.pid}`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, file);
}

export const writeInstance = (dataDir: string, message: ReadyMessage): Promise<void> =>
  writePrivate(instanceFile(dataDir), message);
export const removeInstance = (dataDir: string): Promise<void> =>
  rm(instanceFile(dataDir), { force: true });

export const writeServer = (dataDir: string, record: ServerRecord): Promise<void> =>
  writePrivate(serverFile(dataDir), record);
export const removeServer = (dataDir: string): Promise<void> =>
  rm(serverFile(dataDir), { force: true });

/** The record left by an `up`; it may have ended without removing it. */
export async function readServer(dataDir: string): Promise<ServerRecord | undefined> {
  let text: string;
  try {
    text = await readFile(serverFile(dataDir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const record: unknown = JSON.parse(text);
  if (typeof record !== 'object' || record === null) return undefined;
  if (!('pid' in record) || typeof record.pid !== 'number') return undefined;
  if (!('database_url' in record) || typeof record.database_url !== 'string') return undefined;
  const { pid, database_url } = record;
  return 'mqtt_url' in record && typeof record.mqtt_url === 'string'
    ? { pid, database_url, mqtt_url: record.mqtt_url }
    : { pid, database_url };
}

/** The secret key of the tenant that `up` made for its dashboard; kept, so that links stay good between runs. */
export const keyFile = (dataDir: string, tenant: string): string =>
  path.join(dataDir, `key-${tenant}.json`);

export interface StoredKey {
  readonly id: string;
  readonly key: string;
}

export async function readStoredKey(file: string): Promise<StoredKey | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('id' in value) || typeof value.id !== 'string') return undefined;
    if (!('key' in value) || typeof value.key !== 'string') return undefined;
    return { id: value.id, key: value.key };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export const writeStoredKey = (file: string, key: StoredKey): Promise<void> =>
  writePrivate(file, key);
