import type { LotTexts } from './lots-en.ts';

export const lotsVi: LotTexts = {
  title: 'Lô thiết bị',
  lead: 'Các thiết bị cùng hãng, kiểu, cấp chính xác, cỡ và năm sản xuất. Ước lượng của từng thiết bị nói lên điều gì về cả lô: đó là lý do để lấy mẫu, không phải kết quả kiểm tra mẫu.',
  lot: 'Lô',
  unknown: 'chưa rõ',
  classOf: (name) => `cấp ${name}`,
  built: (year) => `sản xuất ${year}`,
  members: 'Số thiết bị',
  membersOf: (estimated, members) => `${estimated} trên ${members} có ước lượng`,
  verified: (count) => `${count} có kết quả kiểm định gần đây`,
  mean: 'Sai số trung bình',
  share: 'Vượt giới hạn',
  shareHint: 'Tỷ lệ thiết bị trong lô, kèm khoảng tin cậy 90 %',
  over: 'Hơn 5 % vượt',
  overHint: 'Xác suất hơn 5 % thiết bị của lô vượt giới hạn sai số',
  exit: 'Vượt mức 5 % khoảng',
  exitNow: 'đã vượt',
  exitEarliest: (date) => `sớm nhất ${date} (5 %)`,
  empty: 'Chưa có lô nào được đánh giá. Lô có từ phép phân tích: chạy `verimeter analyze`.',
  back: 'Về danh sách lô',
  missing: 'Lần phân tích gần nhất không có lô mang tên này.',
  spread: 'Độ phân tán giữa các thiết bị',
  limit: 'Giới hạn sai số cho phép',
  effective: 'Tương đương số mẫu thử',
  effectiveHint: 'Cần bấy nhiêu phép thử ngẫu nhiên trong phòng kiểm định để biết tỷ lệ rõ như vậy',
  drift: 'Thay đổi mỗi năm',
  asOf: 'tính đến',
  saysTitle: 'Số liệu cho thấy',
  says: {
    over: (probability) =>
      `Với xác suất ${probability}, hơn 5 % thiết bị của lô đo vượt giới hạn sai số.`,
    fine: (probability) =>
      `Với xác suất ${probability}, không quá 5 % thiết bị của lô đo vượt giới hạn sai số.`,
    nothing:
      'Chưa biết gì về sai số của lô này: không thiết bị nào có ước lượng. Chỉ có lấy mẫu mới trả lời được.',
  },
  sampleTitle: 'Mẫu gửi phòng kiểm định',
  sampleDecided: {
    conforms: 'Không cần lấy mẫu để kết luận: theo những gì đã biết, lô phù hợp.',
    fails: 'Không cần lấy mẫu để kết luận: theo những gì đã biết, lô không phù hợp.',
  },
  sampleRule: (n, accept) =>
    `Tháo ${n} thiết bị đầu danh sách và đem thử. Lô phù hợp nếu không quá ${accept} thiết bị vượt giới hạn.`,
  sampleNever: (n) =>
    `Theo những gì đã biết, không mẫu ${n} thiết bị nào đủ để lô đạt; hãy thử toàn bộ hoặc thay cả lô.`,
  sampleChance: (probability) => `Xác suất mẫu chấp nhận lô: ${probability}.`,
  samplePlain: (n, accept) =>
    `Nếu không biết gì trước, cần ${n} phép thử với không quá ${accept} thiết bị vượt giới hạn để chứng tỏ 95 % phù hợp với độ tin cậy 95 %.`,
  sampleOrder: 'Thứ tự là ngẫu nhiên và giữ nguyên qua các lần phân tích.',
  number: 'STT',
  device: 'Thiết bị',
  relativeTitle: 'So với các lô khác',
  relativeLead:
    'Lô này ghi nhận thế nào so với các lô khác trong cùng khu vực, không cần chuẩn đối chứng. Phần chung của mọi lô không nằm trong con số này.',
  perYear: 'Mỗi năm',
  perVolume: 'Trên 1.000 m³',
  detectable: 'Chênh lệch nhỏ nhất mỗi năm phát hiện được (90 %)',
  homes: 'Số thiết bị làm căn cứ',
  relativeExit: 'Trung bình vượt giới hạn khoảng',
};
