/** Notes of built-in rules that stand in the data in English, by id of the rule. */
export const ruleNotesVi: Readonly<Record<string, string>> = {
  'vn-electricity-1-phase-2007':
    'Báo ngày 11-03-2011 nêu là đang áp dụng; chưa đọc được ngày bắt đầu có hiệu lực.',
  'vn-electricity-3-phase-2007':
    'Báo ngày 11-03-2011 nêu là đang áp dụng; chưa đọc được ngày bắt đầu có hiệu lực.',
  'vn-electricity-induction-1-phase-2024': 'Đã đưa ra khỏi danh mục phương tiện đo nhóm 2.',
  'vn-electricity-induction-3-phase': 'Trích theo Công báo; cần đối chiếu trước khi áp dụng.',
  'vn-electricity-induction-3-phase-2020': 'Có thể là 48 tháng từ năm 2020; trước đó là 24 tháng.',
  'vn-electricity-electronic-1-phase-2020':
    'Năm 2020 một công ty thí nghiệm của EVN nêu 36 tháng cho công tơ điện tử, không phân biệt số pha.',
};

/** What citations of built-in rules and limits say in English beside the name of the text. */
const CITED: readonly (readonly [RegExp, string])[] = [
  [/, table of the official text not read/g, ', chưa đọc bảng trong văn bản chính thức'],
  [/\bArt\. (\d+)/g, 'Điều $1'],
  [/\bitems (\d+)/g, 'mục $1'],
  [/\bclass (\S+)/g, 'cấp $1'],
];

/** A citation in Vietnamese. */
export const citationVi = (source: string): string =>
  CITED.reduce((text, [english, vietnamese]) => text.replaceAll(english, vietnamese), source);
