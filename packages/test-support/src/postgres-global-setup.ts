import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { migrate } from '@verimeter/registry';
import type { TestProject } from 'vitest/node';
import { runSql } from './lib/sql.ts';

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

async function startServer(): Promise<Server> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const directory = await mkdtemp(path.join(tmpdir(), 'verimeter-test-postgres-'));
  const server = await startEmbeddedPostgres({
    dataDir: directory,
    durable: false,
    settings: ['max_connections=300'], // test files run at the same time, each with pools of its own
  });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** One PostgreSQL for the whole run, with a migrated template; TEST_DATABASE_URL names a server to use instead. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  try {
    const templateDatabase = `verimeter_template_${String(process.pid)}`;
    await runSql(server.url, `CREATE DATABASE ${templateDatabase}`);
    const templateUrl = new URL(server.url);
    templateUrl.pathname = `/${templateDatabase}`;
    await migrate(templateUrl.href);
    project.provide('postgresUrl', server.url);
    project.provide('templateDatabase', templateDatabase);
    const timescaleUrl = process.env['TEST_TIMESCALE_URL'];
    project.provide('timescaleUrl', timescaleUrl === '' ? undefined : timescaleUrl);
    return async () => {
      await runSql(server.url, `DROP DATABASE ${templateDatabase} WITH (FORCE)`);
      await server.stop();
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
