/** Value sets of health declarations: the answers that the form offers. */
import { entry, type ValueSet } from './value-set.ts';

export const DIRECTION: ValueSet = {
  systems: ['hcl'],
  closed: true,
  entries: [
    entry('hcl|inbound', 'Inbound', '入境', '入境', 'Entrada'),
    entry('hcl|outbound', 'Outbound', '出境', '出境', 'Saída'),
  ],
};

export const SYMPTOMS: ValueSet = {
  systems: ['sct', 'hcl'],
  closed: true,
  entries: [
    entry('sct|386661006', 'Fever', '發燒', '发热', 'Febre'),
    entry('sct|49727002', 'Cough', '咳嗽', '咳嗽', 'Tosse'),
    entry('sct|162397003', 'Sore throat', '喉嚨痛', '咽痛', 'Dor de garganta'),
    entry('sct|267036007', 'Shortness of breath', '呼吸困難', '呼吸困难', 'Falta de ar'),
    entry('hcl|none', 'No symptoms', '沒有症狀', '无症状', 'Sem sintomas'),
  ],
};

/** Contact with a confirmed case. */
export const CONTACT: ValueSet = {
  systems: ['hcl'],
  closed: true,
  entries: [entry('hcl|yes', 'Yes', '有', '有', 'Sim'), entry('hcl|no', 'No', '沒有', '没有', 'Não')],
};
