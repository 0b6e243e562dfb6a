/** Why a colour is not the best one: the codes, their names, and which the people of a health authority may rule by. */
import type { Code } from '../record/record.ts';
import { entry, type ValueSet } from '../record/value-sets/value-set.ts';

export const GROUND: ValueSet = {
  systems: ['hcl'],
  closed: true,
  entries: [
    entry('hcl|case', 'Confirmed case', '確診者', '确诊者', 'Caso confirmado'),
    entry('hcl|close-contact', 'Close contact', '密切接觸者', '密切接触者', 'Contacto próximo'),
    entry('hcl|household-contact', 'Household contact', '同住者', '同住者', 'Coabitante de um caso'),
    entry('hcl|under-order', 'Under an order', '受命令約束', '受命令约束', 'Sob ordem'),
    entry('hcl|inbound-surveillance', 'Medical surveillance', '醫學監察', '医学监察', 'Vigilância médica'),
    entry(
      'hcl|place-exposure',
      'Exposure at a place',
      '曾到訪高風險地點',
      '曾到访高风险地点',
      'Exposição num local',
    ),
    entry('hcl|missed-test', 'Missed test', '未按時檢測', '未按时检测', 'Teste em falta'),
    entry('hcl|declared-symptom', 'Declared symptom', '已申報症狀', '已申报症状', 'Sintoma declarado'),
    entry(
      'hcl|court-or-appeal',
      'Court or appeal',
      '法院或上訴裁決',
      '法院或上诉裁决',
      'Tribunal ou recurso',
    ),
  ],
};

export const GROUNDS: readonly Code[] = GROUND.entries.map(({ code }) => code);

export function isGround(code: string): code is Code {
  return GROUNDS.some((ground) => ground === code);
}
