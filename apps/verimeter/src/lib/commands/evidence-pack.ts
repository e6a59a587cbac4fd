import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import {
  makeEvidencePack,
  printEvidencePack,
  storedEvidencePack,
  toCustomerRequest,
} from '@verimeter/api';
import { LANGUAGES } from '@verimeter/api-schema';
import {
  createAppPool,
  noteOnRequest,
  readCustomerRequest,
  readToday,
  withTenant,
} from '@verimeter/registry';
import { choice, CommandError, UsageError, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { openEngine, withDatabase } from '../database.ts';
import { say, writeLine } from '../output.ts';
import { zoneOf } from '../tenant-zone.ts';

const USUAL_DAYS = 90;

/** Makes an evidence pack of a device, or prints one that was made. */
export async function run(context: CommandContext): Promise<number> {
  const [deviceId, surplus] = context.positionals;
  if (surplus !== undefined) throw new UsageError(`evidence-pack: ${surplus} is too much`);
  if (deviceId === undefined) throw new UsageError('evidence-pack needs a DEVICE');
  const language = choice(context.option('lang') ?? 'vi', LANGUAGES, 'evidence-pack --lang');
  const written = context.option('days');
  const days = written === undefined ? USUAL_DAYS : wholeNumber(written, 'days', 7, 400);
  const asked = context.option('request');
  const requestId =
    asked === undefined ? undefined : wholeNumber(asked, 'request', 0, Number.MAX_SAFE_INTEGER);
  const by = { id: `command:${userInfo().username}`, name: null };
  const { tenant } = context;
  return withDatabase(context.environment, 'verimeter-evidence-pack', async (pool, url) => {
    const zone = await zoneOf(pool, tenant);
    const engine = await openEngine(pool, context.environment);
    const appPool = createAppPool(url, { applicationName: 'verimeter-evidence-pack', max: 1 });
    try {
      const document = await withTenant(appPool, tenant, async (client) => {
        const row =
          requestId === undefined
            ? undefined
            : await readCustomerRequest(client, tenant, requestId, true);
        if (requestId !== undefined && row?.device_id !== deviceId)
          throw new CommandError(`there is no request ${requestId} of a device ${deviceId}`);
        const made = await makeEvidencePack(
          { client, readings: engine.tenantReadings },
          {
            tenant,
            zone,
            deviceId,
            request:
              row === undefined ? null : toCustomerRequest(row, await readToday(client, tenant)),
            days,
            by,
            linkBase: null,
            nowUs: Date.now() * 1000,
          },
        );
        if (made === undefined)
          throw new CommandError(`there is no device ${deviceId} in ${tenant}`);
        if (requestId !== undefined)
          await noteOnRequest(client, tenant, requestId, { documentId: made.document_id }, by);
        return storedEvidencePack(client, tenant, made.document_id);
      });
      if (document === undefined) throw new Error('the document that was just made is not there');
      const file = await printEvidencePack(document.pack, document.row.snapshot_sha256, language);
      const out = context.option('out') ?? `${document.row.document_id}-${language}.pdf`;
      await writeFile(out, file);
      const { document_id: id, snapshot_sha256: snapshot, pdf_sha256: pdf } = document.row;
      if (context.json)
        await writeLine(
          JSON.stringify({ id, file: out, snapshot_sha256: snapshot, pdf_sha256: pdf[language] }),
        );
      else say(`${id} is made and written to ${out}; SHA-256 of the file ${pdf[language]}`);
    } finally {
      await appPool.end();
      await engine.close();
    }
    return 0;
  });
}
