import type { Language, ReportCount } from '@verimeter/api-schema';

/** Every text of a report. */
export interface ReportWords {
  readonly issuer: (tenant: string) => string;
  readonly title: (period: string) => string;
  readonly subtitle: (from: string, to: string) => string;
  readonly incomplete: (asOf: string) => string;
  readonly reference: (period: string, madeAt: string) => string;
  readonly page: (page: number, pages: number) => string;
  readonly counts: Readonly<Record<ReportCount, readonly [short: string, definition: string]>>;
  readonly kind: string;
  readonly area: string;
  readonly noArea: string;
  readonly lot: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly year: string;
  readonly unknown: string;
  readonly total: string;
  readonly parts: {
    readonly byKind: string;
    readonly byVerificationKind: string;
    readonly failures: string;
    readonly byArea: string;
    readonly byLot: string;
    readonly all: string;
    readonly quality: string;
    readonly requests: string;
    readonly trackRecord: string;
    readonly definitions: string;
  };
  readonly more: (count: string) => string;
  readonly verificationKind: string;
  readonly verified: string;
  readonly failRate: string;
  readonly failures: {
    readonly count: string;
    readonly over: string;
    readonly under: string;
    readonly both: string;
    readonly unknown: string;
    readonly median: string;
  };
  readonly quality: {
    readonly received: string;
    readonly stored: string;
    readonly duplicate: string;
    readonly conflicting: string;
    readonly rejected: string;
    readonly pending: string;
  };
  readonly requests: {
    readonly received: string;
    readonly answered: string;
    readonly in_time: string;
    readonly late: string;
    readonly without_clock: string;
    readonly open: string;
    readonly overdue: string;
  };
  readonly trackRecord: {
    readonly scored: string;
    readonly hit: string;
    readonly false_alarm: string;
    readonly miss: string;
    readonly correct_silence: string;
    readonly inspected: string;
    readonly no_claim: string;
    readonly precision: string;
    readonly recall: string;
    readonly coverage: string;
    readonly share: (share: string, k: string, n: string, low: string, high: string) => string;
    readonly tooFew: (n: string) => string;
  };
  readonly name: string;
  readonly value: string;
  readonly definition: string;
  readonly none: string;
  readonly invariant: string;
  readonly asRecorded: string;
  readonly definitions: readonly (readonly [name: string, text: string])[];
  readonly signatures: readonly string[];
}

const vi: ReportWords = {
  issuer: (tenant) => `Đơn vị: ${tenant}`,
  title: (period) =>
    period.length === 4
      ? `Báo cáo kiểm định phương tiện đo năm ${period}`
      : `Báo cáo kiểm định phương tiện đo tháng ${period.slice(5)}/${period.slice(0, 4)}`,
  subtitle: (from, to) => `Từ ${from} đến ${to}`,
  incomplete: (asOf) => `Kỳ báo cáo chưa kết thúc: số liệu tính đến ngày ${asOf}.`,
  reference: (period, madeAt) => `Kỳ ${period} · lập lúc ${madeAt}`,
  page: (page, pages) => `Trang ${page} / ${pages}`,
  counts: {
    registered: [
      'Đang quản lý',
      'Phương tiện đo có trong sổ vào ngày cuối kỳ, không kể bộ tập trung: tính từ ngày sớm nhất trong các ngày lắp đặt, kiểm định đầu tiên và khai báo.',
    ],
    verified: [
      'Kiểm định',
      'Số lần kiểm định có ngày trong kỳ, không kể đối chứng. Hồ sơ đã thu hồi không được tính.',
    ],
    cross_checked: ['Đối chứng', 'Số lần kiểm định đối chứng có ngày trong kỳ.'],
    passed: ['Đạt', 'Trong số kiểm định và đối chứng, số lần kết luận đạt.'],
    failed: [
      'Không đạt',
      'Trong số kiểm định và đối chứng, số lần có kết luận hoặc điểm thử không đạt.',
    ],
    overdue: [
      'Quá hạn',
      'Phương tiện đo đã hết hiệu lực kiểm định vào ngày cuối kỳ, theo thời hạn pháp lý xác định được. Thời hạn suy ra từ quy định chưa xác minh không được tính.',
    ],
    due_next_month: [
      'Đến hạn tháng sau',
      'Phương tiện đo có hiệu lực kiểm định kết thúc trong tháng liền sau kỳ báo cáo.',
    ],
    void: [
      'Không còn giá trị',
      'Kiểm định không còn giá trị vào ngày cuối kỳ: không đạt, niêm phong hỏng hoặc thay, mất dấu kiểm định, sửa chữa.',
    ],
    not_stated: [
      'Chưa xác định',
      'Không xác định được hiệu lực: thiếu hồ sơ kiểm định, hoặc quy định áp dụng chưa được xác minh.',
    ],
  },
  kind: 'Loại',
  area: 'Khu vực',
  noArea: 'không thuộc khu vực',
  lot: 'Lô (hãng, kiểu, năm)',
  manufacturer: 'Hãng',
  model: 'Kiểu',
  year: 'Năm',
  unknown: 'chưa rõ',
  total: 'Tổng',
  parts: {
    byKind: 'Theo loại phương tiện đo',
    byVerificationKind: 'Theo hình thức kiểm định',
    failures: 'Các lần không đạt, theo dấu của sai số',
    byArea: 'Theo khu vực',
    byLot: 'Theo lô',
    all: 'Chi tiết',
    quality: 'Chất lượng số liệu',
    requests: 'Yêu cầu của khách hàng',
    trackRecord: 'Đối chiếu dấu hiệu với kết quả kiểm định',
    definitions: 'Định nghĩa',
  },
  more: (count) => `Còn ${count} dòng khác; tệp XLSX có đủ.`,
  verificationKind: 'Hình thức',
  verified: 'Số lần',
  failRate: 'Tỷ lệ không đạt',
  failures: {
    count: 'Không đạt',
    over: 'Ghi thừa (sai số dương)',
    under: 'Ghi thiếu (sai số âm)',
    both: 'Vượt cả hai phía',
    unknown: 'Không ghi sai số',
    median: 'Trung vị sai số của các lần không đạt',
  },
  quality: {
    received: 'Số đọc đã nhận',
    stored: 'Đã lưu',
    duplicate: 'Trùng lặp',
    conflicting: 'Giá trị khác cho cùng thời điểm',
    rejected: 'Bị từ chối (cách ly)',
    pending: 'Đang xử lý',
  },
  requests: {
    received: 'Tiếp nhận trong kỳ',
    answered: 'Trả lời trong kỳ',
    in_time: 'Trong đó đúng hạn',
    late: 'Trong đó quá hạn',
    without_clock: 'Trong đó không có thời hạn',
    open: 'Còn tồn cuối kỳ',
    overdue: 'Trong đó đã quá hạn',
  },
  trackRecord: {
    scored: 'Lần kiểm định có dấu hiệu công bố từ trước',
    hit: 'Đề nghị kiểm định, vượt giới hạn',
    false_alarm: 'Đề nghị kiểm định, trong giới hạn',
    miss: 'Không đề nghị, vượt giới hạn',
    correct_silence: 'Không đề nghị, trong giới hạn',
    inspected: 'Đề nghị kiểm tra hiện trường',
    no_claim: 'Không có ước lượng',
    precision: 'Vượt giới hạn trong số được đề nghị',
    recall: 'Được đề nghị trong số vượt giới hạn (đối chứng ngẫu nhiên)',
    coverage: 'Sai số đo được nằm trong khoảng tin cậy 95 %',
    share: (share, k, n, low, high) => `${share} (${k} trên ${n}; 95 %: ${low} … ${high})`,
    tooFew: (n) => `chưa đủ (${n} lần)`,
  },
  name: 'Chỉ tiêu',
  value: 'Số lượng',
  definition: 'Định nghĩa',
  none: 'không có',
  invariant:
    'Báo cáo chỉ tính kết quả kiểm định của tổ chức được chỉ định và hiệu lực theo pháp luật. Dấu hiệu từ số liệu không phải là kết quả kiểm định; một mục riêng chỉ đối chiếu dấu hiệu với kết quả đã có.',
  asRecorded:
    'Tình trạng là của ngày cuối kỳ theo những gì được ghi nhận đến lúc lập báo cáo: hồ sơ nhập hoặc sửa sau kỳ làm thay đổi báo cáo lập sau.',
  definitions: [
    [
      'Dấu của sai số',
      'Sai số = (giá trị chỉ − giá trị thực) / giá trị thực, tại điểm thử xấu nhất so với giới hạn. Âm: ghi thiếu.',
    ],
    ['Lô', 'Cùng loại, hãng, kiểu và năm sản xuất; không biết năm sản xuất thì lấy năm kiểm định.'],
    ['Khu vực', 'Khu vực mà phương tiện đo là thành viên vào cuối ngày cuối kỳ.'],
    ['Chất lượng số liệu', 'Theo giờ nhận trong kỳ, múi giờ của đơn vị.'],
    [
      'Đúng hạn',
      'Ngày trả lời không sau ngày cuối của thời hạn theo quy định, hoặc ngày đã thỏa thuận.',
    ],
  ],
  signatures: ['Người lập', 'Phụ trách bộ phận', 'Thủ trưởng đơn vị'],
};

const en: ReportWords = {
  issuer: (tenant) => `Organisation: ${tenant}`,
  title: (period) =>
    period.length === 4
      ? `Report on verification, ${period}`
      : `Report on verification, ${period.slice(5)}/${period.slice(0, 4)}`,
  subtitle: (from, to) => `From ${from} to ${to}`,
  incomplete: (asOf) => `The period is not over: as of ${asOf}.`,
  reference: (period, madeAt) => `Period ${period} · made at ${madeAt}`,
  page: (page, pages) => `Page ${page} of ${pages}`,
  counts: {
    registered: [
      'Registered',
      'Instruments on the last day of the period, gateways left out: from the earliest of their days of installation, first verification and registration on.',
    ],
    verified: [
      'Verified',
      'Verifications dated in the period, cross-checks left out. Withdrawn records count nowhere.',
    ],
    cross_checked: ['Cross-checked', 'Cross-checks dated in the period.'],
    passed: ['Passed', 'Of verifications and cross-checks, those that passed.'],
    failed: [
      'Failed',
      'Of verifications and cross-checks, those of which the result or a test point failed.',
    ],
    overdue: [
      'Overdue',
      'Instruments whose validity had ended on the last day of the period, by legal dates that can be stated. Dates from unverified rules do not count.',
    ],
    due_next_month: [
      'Due next month',
      'Instruments whose validity ends in the month after the period.',
    ],
    void: [
      'Void',
      'Instruments whose verification was void on the last day: failed, seal broken or replaced, mark lost, repaired.',
    ],
    not_stated: [
      'Not stated',
      'Instruments of which no validity can be stated: no record, or a rule that is unverified.',
    ],
  },
  kind: 'Kind',
  area: 'Area',
  noArea: 'in no area',
  lot: 'Lot (make, model, year)',
  manufacturer: 'Make',
  model: 'Model',
  year: 'Year',
  unknown: 'not known',
  total: 'Total',
  parts: {
    byKind: 'By kind of instrument',
    byVerificationKind: 'By kind of verification',
    failures: 'Failures, by the sign of their error',
    byArea: 'By area',
    byLot: 'By lot',
    all: 'Details',
    quality: 'Quality of the data',
    requests: "Customers' requests",
    trackRecord: 'What the data had said of those verified',
    definitions: 'Definitions',
  },
  more: (count) => `${count} more rows are in the XLSX.`,
  verificationKind: 'Kind',
  verified: 'Number',
  failRate: 'Failed, share',
  failures: {
    count: 'Failed',
    over: 'Counts too much (positive error)',
    under: 'Counts too little (negative error)',
    both: 'Beyond the limit on both sides',
    unknown: 'No error recorded',
    median: 'Median error of those that failed',
  },
  quality: {
    received: 'Readings received',
    stored: 'Stored',
    duplicate: 'Duplicates',
    conflicting: 'Other values for the same instant',
    rejected: 'Rejected (quarantine)',
    pending: 'Pending',
  },
  requests: {
    received: 'Received in the period',
    answered: 'Answered in the period',
    in_time: 'Of these in time',
    late: 'Of these late',
    without_clock: 'Of these without a time limit',
    open: 'Open at the end',
    overdue: 'Of these overdue',
  },
  trackRecord: {
    scored: 'Verifications with a published indication before',
    hit: 'Recommended, beyond the limit',
    false_alarm: 'Recommended, within the limit',
    miss: 'Not recommended, beyond the limit',
    correct_silence: 'Not recommended, within the limit',
    inspected: 'To be inspected on site',
    no_claim: 'No estimate',
    precision: 'Beyond the limit, of those recommended',
    recall: 'Recommended, of those beyond the limit (random cross-checks)',
    coverage: 'Measured errors within the 95 % interval',
    share: (share, k, n, low, high) => `${share} (${k} of ${n}; 95 %: ${low} … ${high})`,
    tooFew: (n) => `too few (${n})`,
  },
  name: 'Figure',
  value: 'Number',
  definition: 'Definition',
  none: 'none',
  invariant:
    'The report counts results of designated bodies and validity before the law. What data says of an instrument is no result; one part only holds it against the results there are.',
  asRecorded:
    'Standings are those of the last day of the period by what is recorded when the report is made: records entered or corrected later change reports made later.',
  definitions: [
    [
      'Sign of an error',
      'Error = (indicated − actual) / actual, at the test point that is worst against its limit. Negative: counts too little.',
    ],
    [
      'Lot',
      'Of one kind, make, model and year of build; where that is not known, of verification.',
    ],
    ['Area', 'The one that the instrument was a member of at the end of the last day.'],
    ['Quality of the data', 'By the hour of receipt, in the time zone of the organisation.'],
    [
      'In time',
      'Answered not after the last day of the time limit, or of the day that was agreed.',
    ],
  ],
  signatures: ['Made by', 'Head of department', 'Director'],
};

export const REPORT_WORDS: Readonly<Record<Language, ReportWords>> = { vi, en };
