import { writeFile } from 'node:fs/promises';
import { makeReport } from '@verimeter/api';
import { LANGUAGES, reportPath } from '@verimeter/api-schema';
import { writePdf, writeWorkbook } from '@verimeter/documents';
import { reportContent, reportSheets } from '@verimeter/printed-forms';
import { createAppPool, withTenant } from '@verimeter/registry';
import { choice, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase } from '../database.ts';
import { say, write } from '../output.ts';
import { zoneOf } from '../tenant-zone.ts';

const FORMATS = ['json', 'pdf', 'xlsx'] as const;
/** Rows of kind, area and lot in a workbook. */
const WORKBOOK_ROWS = 200_000;

/** The report of a month or a year. */
export async function run(context: CommandContext): Promise<number> {
  const [written, surplus] = context.positionals;
  if (surplus !== undefined) throw new UsageError(`report: ${surplus} is too much`);
  const checked = reportPath.safeParse({ period: written });
  if (!checked.success)
    throw new UsageError('report needs a month such as 2026-11 or a year such as 2026');
  const { period } = checked.data;
  const format = choice(context.option('format') ?? 'json', FORMATS, 'report --format');
  const language = choice(context.option('lang') ?? 'vi', LANGUAGES, 'report --lang');
  const out = context.option('out') ?? '-';
  if (out === '-' && format !== 'json')
    throw new UsageError(`report --format ${format} needs --out FILE`);
  return withDatabase(context.environment, 'verimeter-report', async (pool, url) => {
    const zone = await zoneOf(pool, context.tenant);
    const appPool = createAppPool(url, { applicationName: 'verimeter-report', max: 1 });
    try {
      const report = await withTenant(appPool, context.tenant, (client) =>
        makeReport(client, {
          tenant: context.tenant,
          period,
          nowUs: Date.now() * 1000,
          rows: format === 'pdf' ? 0 : WORKBOOK_ROWS,
        }),
      );
      const file =
        format === 'pdf'
          ? await writePdf(reportContent(report, zone, language))
          : format === 'xlsx'
            ? await writeWorkbook(reportSheets(report, language))
            : `${JSON.stringify(report, null, 2)}\n`;
      if (out === '-') await write(String(file));
      else await writeFile(out, file);
      const { totals } = report;
      say(
        `report ${period} as of ${report.as_of}: ${totals.registered} registered, ${totals.verified} verified, ${totals.cross_checked} cross-checked, ${totals.failed} failed, ${totals.overdue} overdue${out === '-' ? '' : `; written to ${out}`}`,
      );
    } finally {
      await appPool.end();
    }
    return 0;
  });
}
