import type { Report } from '@verimeter/api-schema';
import { writePdf, writeWorkbook } from '@verimeter/documents';
import { reportContent, reportSheets } from '@verimeter/printed-forms';
import type { PoolClient } from '@verimeter/registry';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { atOnce } from '../at-once.ts';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { makeReport } from '../report/make-report.ts';

/** Rows of kind, area and lot: in JSON, and in a workbook, which takes a millisecond for each of the thread that answers requests. */
const JSON_ROWS = 5000;
const WORKBOOK_ROWS = 10_000;

/** Each holds one of the ten connections of the API for seconds. */
const AT_ONCE = 2;

export function registerReportRoutes(app: FastifyInstance, context: ApiContext): void {
  const limited = atOnce(AT_ONCE, 'reports');
  const make = (
    client: PoolClient,
    call: { readonly principal: { readonly tenant: string }; readonly params: { period: string } },
    rows: number,
  ): Promise<Report> =>
    limited(() =>
      makeReport(client, {
        tenant: call.principal.tenant,
        period: call.params.period,
        nowUs: context.nowUs(),
        rows,
      }),
    );

  mountTenantOperation(app, context, 'getReport', (client, call) => make(client, call, JSON_ROWS));

  mountTenantOperation(app, context, 'printReport', async (client, call) => {
    const { query, request, reply, principal } = call;
    const language = query.lang ?? languageOf(request, reply);
    const report = await make(client, call, 0);
    nameFile(reply, `report-${report.period}-${language}.pdf`, 'application/pdf');
    return Buffer.from(await writePdf(reportContent(report, principal.zone, language)));
  });

  mountTenantOperation(app, context, 'getReportWorkbook', async (client, call) => {
    const { query, request, reply } = call;
    const language = query.lang ?? languageOf(request, reply);
    const report = await make(client, call, WORKBOOK_ROWS);
    nameFile(
      reply,
      `report-${report.period}-${language}.xlsx`,
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    );
    return Buffer.from(await writeWorkbook(reportSheets(report, language)));
  });
}

function nameFile(reply: FastifyReply, name: string, type: string): void {
  reply.headers({
    'content-type': type,
    'content-disposition': `attachment; filename="${name}"`,
  });
}
