/** Value set of recoveries: what shows that there was an infection. */
import { entry, type ValueSet } from './value-set.ts';

export const BASIS: ValueSet = {
  systems: ['hcl'],
  closed: true,
  entries: [
    entry('hcl|naat', 'Nucleic acid test', '核酸檢測', '核酸检测', 'Teste de ácido nucleico'),
    entry(
      'hcl|rat-declared',
      'Declared rapid antigen test',
      '已申報的快速抗原測試',
      '已申报的快速抗原检测',
      'Teste rápido de antigénio declarado',
    ),
    entry('hcl|hospital', 'Hospital record', '醫院紀錄', '医院记录', 'Registo hospitalar'),
    entry('hcl|isolation-order', 'Isolation order', '隔離令', '隔离令', 'Ordem de isolamento'),
    entry(
      'hcl|non-local',
      'Record from another place',
      '非本地紀錄',
      '非本地记录',
      'Registo de outro território',
    ),
  ],
};
