import type { Language } from '@verimeter/api-schema';

export interface WorkOrderWords {
  readonly issuer: (tenant: string) => string;
  readonly title: (period: string) => string;
  readonly reference: (plan: string, period: string) => string;
  readonly page: (page: number, pages: number) => string;
  readonly none: string;
  readonly order: (number: string) => string;
  readonly team: string;
  readonly date: string;
  readonly noDate: (day: number) => string;
  readonly stops: string;
  readonly time: string;
  readonly minutes: (minutes: string) => string;
  readonly stop: (stop: number) => string;
  readonly serial: string;
  readonly accuracyClass: (name: string) => string;
  readonly limit: (limit: string) => string;
  readonly noAddress: string;
  readonly why: string;
  readonly neverVerified: string;
  readonly last: (day: string, result: string) => string;
  readonly results: Readonly<Record<'pass' | 'fail', string>>;
  readonly fields: readonly { readonly label: string; readonly share: number }[];
  readonly invariant: string;
  readonly signatures: readonly string[];
  readonly columns: {
    readonly order: string;
    readonly date: string;
    readonly team: string;
    readonly stop: string;
    readonly rank: string;
    readonly device: string;
    readonly serial: string;
    readonly kind: string;
    readonly address: string;
    readonly area: string;
    readonly due: string;
    readonly over: string;
    readonly why: string;
    readonly last: string;
    readonly lastResult: string;
    readonly limit: string;
    readonly result: string;
    readonly error: string;
    readonly seal: string;
    readonly note: string;
  };
  readonly sheet: string;
}

const vi: WorkOrderWords = {
  issuer: (tenant) => `Đơn vị: ${tenant}`,
  title: (period) => `Phiếu công tác kiểm định tháng ${period}`,
  reference: (plan, period) => `Kế hoạch ${plan} · ${period}`,
  page: (page, pages) => `Trang ${page} / ${pages}`,
  none: 'Kế hoạch chưa có phiếu công tác nào: phiếu được lập khi ban hành kế hoạch.',
  order: (number) => `Phiếu số ${number}`,
  team: 'Tổ, đội',
  date: 'Ngày',
  noDate: (day) => `ngày thứ ${day} của đội`,
  stops: 'Số phương tiện đo',
  time: 'Thời gian dự kiến',
  minutes: (minutes) => `${minutes} phút`,
  stop: (stop) => `Điểm ${stop}`,
  serial: 'số',
  accuracyClass: (name) => `cấp ${name}`,
  limit: (limit) => `giới hạn ±${limit}`,
  noAddress: 'chưa có địa chỉ',
  why: 'Vì sao',
  neverVerified: 'Chưa biết kết quả kiểm định nào.',
  last: (day, result) => `Kiểm định gần nhất ${day}: ${result}.`,
  results: { pass: 'Đạt', fail: 'Không đạt' },
  fields: [
    { label: 'Sai số', share: 3 },
    { label: 'Kẹp chì', share: 4 },
    { label: 'Ghi chú', share: 5 },
  ],
  invariant:
    'Có tên trong phiếu là lý do để kiểm định, không phải kết luận. Quét mã bên cạnh phương tiện đo để nhập kết quả.',
  signatures: ['Người giao', 'Người thực hiện'],
  columns: {
    order: 'Phiếu',
    date: 'Ngày',
    team: 'Tổ, đội',
    stop: 'Điểm',
    rank: 'Thứ tự ưu tiên',
    device: 'Mã',
    serial: 'Số chế tạo',
    kind: 'Loại',
    address: 'Địa chỉ',
    area: 'Khu vực',
    due: 'Hiệu lực đến',
    over: 'Xác suất vượt giới hạn',
    why: 'Vì sao',
    last: 'Kiểm định gần nhất',
    lastResult: 'Kết quả gần nhất',
    limit: 'Giới hạn sai số',
    result: 'Kết quả',
    error: 'Sai số',
    seal: 'Số kẹp chì',
    note: 'Ghi chú',
  },
  sheet: 'Kế hoạch',
};

const en: WorkOrderWords = {
  issuer: (tenant) => `Organisation: ${tenant}`,
  title: (period) => `Work orders for verification, ${period}`,
  reference: (plan, period) => `Plan ${plan} · ${period}`,
  page: (page, pages) => `Page ${page} of ${pages}`,
  none: 'The plan has no work orders: they are made when it is issued.',
  order: (number) => `Work order ${number}`,
  team: 'Team',
  date: 'Date',
  noDate: (day) => `day ${day} of the team`,
  stops: 'Instruments',
  time: 'Expected time',
  minutes: (minutes) => `${minutes} minutes`,
  stop: (stop) => `Stop ${stop}`,
  serial: 'no.',
  accuracyClass: (name) => `class ${name}`,
  limit: (limit) => `limit ±${limit}`,
  noAddress: 'no address',
  why: 'Why',
  neverVerified: 'No result of a verification is known.',
  last: (day, result) => `Last verified ${day}: ${result}.`,
  results: { pass: 'Pass', fail: 'Fail' },
  fields: [
    { label: 'Error', share: 3 },
    { label: 'Seal', share: 4 },
    { label: 'Note', share: 5 },
  ],
  invariant:
    'A place in this order is a reason to verify and no verdict. Scan the code beside an instrument to enter its result.',
  signatures: ['Ordered by', 'Carried out by'],
  columns: {
    order: 'Work order',
    date: 'Date',
    team: 'Team',
    stop: 'Stop',
    rank: 'Rank',
    device: 'Id',
    serial: 'Serial',
    kind: 'Kind',
    address: 'Address',
    area: 'Area',
    due: 'In force until',
    over: 'Probability beyond limit',
    why: 'Why',
    last: 'Last verified',
    lastResult: 'Last result',
    limit: 'Permissible error',
    result: 'Result',
    error: 'Error',
    seal: 'Seal',
    note: 'Note',
  },
  sheet: 'Plan',
};

export const WORK_ORDER_WORDS: Readonly<Record<Language, WorkOrderWords>> = { vi, en };
