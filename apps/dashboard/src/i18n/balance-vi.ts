import type { BalanceTexts } from './balance-en.ts';

export const balanceVi: BalanceTexts = {
  title: 'Cân bằng',
  lead: 'Lượng cấp vào so với tổng các hộ tiêu thụ. Phần chênh lệch gồm tổn thất kỹ thuật, rò rỉ, sử dụng chưa khai báo và sai số của công tơ, đồng hồ; chỉ phép phân tích mới tách được chúng.',
  period: 'Khoảng thời gian',
  periods: { '48h': '48 giờ', '30d': '30 ngày', '90d': '90 ngày', all: 'Tất cả' },
  supply: 'Cấp vào',
  supplyOut: 'Chuyển tiếp',
  consumers: 'Hộ tiêu thụ',
  difference: 'Chênh lệch',
  share: 'Chênh lệch so với lượng cấp',
  total: (difference, share, supply, count) =>
    `Chênh lệch ${difference}, bằng ${share} của lượng cấp ${supply}. Tính trên ${count} khoảng mà mọi thiết bị đều có số liệu.`,
  stated: (loss) => `Tổn thất kỹ thuật theo khai báo: ${loss}.`,
  partial: (count) =>
    `${count} khoảng không được tính vào chênh lệch vì có thiết bị không gửi đủ số liệu.`,
  none: 'Chưa có khoảng đo nào. Cần ít nhất một ngày đầy đủ số liệu.',
  noneComplete:
    'Không khoảng nào trong biểu đồ có đủ số liệu của mọi thiết bị nên không nêu chênh lệch. Xem thiết bị im lặng ở mục Thành viên.',
  table: 'Số liệu của biểu đồ',
  coverage: 'Số liệu hộ tiêu thụ có được',
};
