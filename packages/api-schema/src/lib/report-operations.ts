import { type Operation, none } from './operation.ts';
import { report, reportPath, reportQuery } from './reports.ts';

/** What was verified, and how the instruments stand, in the form that a province publishes. */
export const reportOperations = {
  getReport: {
    method: 'GET',
    path: '/reports/{period}',
    tag: 'Reports',
    summary: 'Report of a month or a year, as of its end',
    description:
      'Standings are those of the last day of the period, by what is recorded today; a period that is not over is reported as of today.',
    role: 'viewer',
    params: reportPath,
    query: none,
    status: 200,
    response: report,
  },
  printReport: {
    method: 'GET',
    path: '/reports/{period}.pdf',
    tag: 'Reports',
    summary: 'The report as a PDF',
    role: 'viewer',
    params: reportPath,
    query: reportQuery,
    status: 200,
    contentType: 'application/pdf',
  },
  getReportWorkbook: {
    method: 'GET',
    path: '/reports/{period}.xlsx',
    tag: 'Reports',
    summary: 'The report as a workbook, definitions on its last sheet',
    role: 'viewer',
    params: reportPath,
    query: reportQuery,
    status: 200,
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
} as const satisfies Record<string, Operation>;
