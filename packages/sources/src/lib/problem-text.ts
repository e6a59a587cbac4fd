import type { Language } from '@verimeter/api-schema';
import { type SourceFaultCode, type SourceProblem, faultText } from '@verimeter/payload-codecs';

const VI: Readonly<Record<SourceFaultCode, (...values: readonly string[]) => string>> = {
  filter_empty: () => 'đang để trống',
  filter_long: (most) => `dài quá ${most} ký tự`,
  filters_many: (most) => `có quá ${most} bộ lọc`,
  filters_twice: (one, other) =>
    `${one} và ${other} khớp cùng chủ đề, máy chủ MQTT có thể gửi bản tin hai lần; hãy bỏ một bộ lọc`,
  filter_nul: () => 'có ký tự NUL',
  filter_dollar: () => 'bắt đầu bằng $, là phần riêng của máy chủ MQTT',
  filter_hash: () => '# thay cho mọi cấp tiếp theo: phải đứng một mình và ở cuối',
  filter_plus: () => '+ thay cho trọn một cấp',
  filter_native: (native) =>
    `khớp chủ đề của ${native}, vốn là của Verimeter và không cần nguồn nào`,
  filter_overlap: (name, filter, rank) =>
    `khớp chủ đề mà nguồn ${name} (${filter}) cũng nhận; hãy đặt thứ hạng nhỏ hơn ${rank} cho nguồn được ưu tiên`,
  filter_foreign: () =>
    'khớp chủ đề mà nguồn của một đơn vị khác đang nhận; hãy thu hẹp về chủ đề của mình',
  dialect_unknown: (name, known) => `không có định dạng ${name}; hiện có ${known}`,
  option_none: (dialect) => `không phải tùy chọn của ${dialect}; định dạng này không có tùy chọn`,
  option_unknown: (dialect, known) => `không phải tùy chọn của ${dialect}; hiện có ${known}`,
  rule_braces: () => 'trong ngoặc nhọn chỉ dùng được {id} và {topic:N}, N từ 1 đến 99',
  rule_same: () => 'không có {id} hay {topic:N}: mọi thiết bị sẽ mang cùng một mã',
  rule_characters: () =>
    'ngoài {id} và {topic:N}, mã thiết bị chỉ gồm chữ cái không dấu, chữ số và . _ : @ -',
  zone_unknown: (zone) => `${zone} không phải múi giờ như Asia/Ho_Chi_Minh hoặc +07:00`,
  quantity_unknown: (quantity) => `${quantity} không có trong danh mục đại lượng`,
  unit_missing: (quantity) => `${quantity} cần có đơn vị`,
  unit_wrong: (quantity, unit) => `${quantity} không thể có đơn vị ${unit}`,
};

/** What is wrong, in the language of the reader. */
export function problemText({ message, fault }: SourceProblem, language: Language): string {
  return language === 'en' ? message : faultText(fault, VI);
}
