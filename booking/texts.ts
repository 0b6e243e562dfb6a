/** What people are told, in the four languages of the checkpoints. */
import type { Language } from '../core/verify/reasons.ts';

export type Texts = Readonly<Record<Language, string>>;

const TEXTS = {
  BOOKING_PROGRAMME_UNKNOWN: {
    en: 'There is no such programme',
    'zh-Hant': '沒有此計劃',
    'zh-Hans': '没有此计划',
    pt: 'Não existe este programa',
  },
  BOOKING_PORT_UNKNOWN: {
    en: 'There is no such port in this programme',
    'zh-Hant': '此計劃沒有這個口岸',
    'zh-Hans': '此计划没有这个口岸',
    pt: 'Não existe este posto fronteiriço no programa',
  },
  BOOKING_DATE_INVALID: {
    en: 'This is no date that exists, or it is over',
    'zh-Hant': '日期不存在或已過',
    'zh-Hans': '日期不存在或已过',
    pt: 'A data não existe ou já passou',
  },
  BOOKING_NO_QUOTA: {
    en: 'The programme does not run at this port on this date',
    'zh-Hant': '此口岸當日不設配額',
    'zh-Hans': '此口岸当日不设配额',
    pt: 'O programa não funciona neste posto nesta data',
  },
  BOOKING_WINDOW_CLOSED: {
    en: 'This date cannot be booked now',
    'zh-Hant': '現時不可預約此日期',
    'zh-Hans': '现时不可预约此日期',
    pt: 'Esta data não pode ser marcada agora',
  },
  BOOKING_FULL: {
    en: 'The quota is full',
    'zh-Hant': '配額已滿',
    'zh-Hans': '配额已满',
    pt: 'A quota está esgotada',
  },
  BOOKING_QUEUE_FULL: {
    en: 'Too many people wait already, try again later',
    'zh-Hant': '輪候人數已滿，請稍後再試',
    'zh-Hans': '轮候人数已满，请稍后再试',
    pt: 'Já há demasiadas pessoas em espera, tente mais tarde',
  },
  BOOKING_IN_USE: {
    en: 'This booking is being used; try again',
    'zh-Hant': '此預約正在使用，請再試',
    'zh-Hans': '此预约正在使用，请再试',
    pt: 'Esta marcação está a ser usada; tente de novo',
  },
  BOOKING_BALLOT_ONLY: {
    en: 'Places of this programme are drawn by ballot',
    'zh-Hant': '此計劃的名額以抽籤分配',
    'zh-Hans': '此计划的名额以抽签分配',
    pt: 'As vagas deste programa são sorteadas',
  },
  BOOKING_PARTY_TOO_LARGE: {
    en: 'Too many companions',
    'zh-Hant': '同行人數過多',
    'zh-Hans': '同行人数过多',
    pt: 'Demasiados acompanhantes',
  },
  BOOKING_PARTY_INVALID: {
    en: 'The party must name each person once, the applicant first',
    'zh-Hant': '每名同行者只可填寫一次，申請人須列首位',
    'zh-Hans': '每名同行者只可填写一次，申请人须列首位',
    pt: 'Cada pessoa deve constar uma vez, o requerente primeiro',
  },
  BOOKING_DOCUMENT_INVALID: {
    en: 'A document number is not right',
    'zh-Hant': '證件號碼有誤',
    'zh-Hans': '证件号码有误',
    pt: 'Um número de documento está errado',
  },
  BOOKING_NOT_ADULT: {
    en: 'Only an adult may book',
    'zh-Hant': '預約人須為成年人',
    'zh-Hans': '预约人须为成年人',
    pt: 'Só um adulto pode fazer a marcação',
  },
  BOOKING_PERSON_HAS_PLACE: {
    en: 'Somebody of the party has a booking for this date already',
    'zh-Hant': '同行者中有人在當日已有預約',
    'zh-Hans': '同行者中有人在当日已有预约',
    pt: 'Alguém do grupo já tem marcação para esta data',
  },
  BOOKING_REQUEST_REUSED: {
    en: 'Something else was asked under this idempotency key before',
    'zh-Hant': '此請求編號已用於另一項請求',
    'zh-Hans': '此请求编号已用于另一项请求',
    pt: 'Esta chave já foi usada para outro pedido',
  },
  BOOKING_REFERENCE_INVALID: {
    en: 'The reference is mistyped',
    'zh-Hant': '預約編號輸入錯誤',
    'zh-Hans': '预约编号输入错误',
    pt: 'A referência está mal escrita',
  },
  BOOKING_NOT_FOUND: {
    en: 'There is no booking with this reference',
    'zh-Hant': '沒有此預約編號的預約',
    'zh-Hans': '没有此预约编号的预约',
    pt: 'Não há marcação com esta referência',
  },
  BOOKING_WAITING: {
    en: 'The booking still waits for a place',
    'zh-Hant': '預約仍在輪候名額',
    'zh-Hans': '预约仍在轮候名额',
    pt: 'A marcação ainda aguarda vaga',
  },
  BOOKING_HELD: {
    en: 'The booking is not confirmed',
    'zh-Hant': '預約尚未確認',
    'zh-Hans': '预约尚未确认',
    pt: 'A marcação não está confirmada',
  },
  BOOKING_ALREADY_EXTENDED: {
    en: 'The time to confirm was extended once already',
    'zh-Hant': '確認時限已延長一次',
    'zh-Hans': '确认时限已延长一次',
    pt: 'O prazo de confirmação já foi prolongado uma vez',
  },
  BOOKING_CONFIRMED: {
    en: 'The booking is confirmed already',
    'zh-Hant': '預約已確認',
    'zh-Hans': '预约已确认',
    pt: 'A marcação já está confirmada',
  },
  BOOKING_CHANGED: {
    en: 'The booking was changed: another reference holds now',
    'zh-Hant': '預約已更改，請使用新的預約編號',
    'zh-Hans': '预约已更改，请使用新的预约编号',
    pt: 'A marcação foi alterada: vale outra referência',
  },
  BOOKING_CANCELLED: {
    en: 'The booking was cancelled',
    'zh-Hant': '預約已取消',
    'zh-Hans': '预约已取消',
    pt: 'A marcação foi cancelada',
  },
  BOOKING_EXPIRED: {
    en: 'The booking has expired',
    'zh-Hant': '預約已失效',
    'zh-Hans': '预约已失效',
    pt: 'A marcação expirou',
  },
  BOOKING_NO_SHOW: {
    en: 'The date of the booking is over',
    'zh-Hant': '預約日期已過',
    'zh-Hans': '预约日期已过',
    pt: 'A data da marcação já passou',
  },
  BOOKING_USED: {
    en: 'The place is used already',
    'zh-Hant': '名額已使用',
    'zh-Hans': '名额已使用',
    pt: 'A vaga já foi usada',
  },
  BOOKING_WRONG_PORT: {
    en: 'The booking is for another port',
    'zh-Hant': '預約屬另一口岸',
    'zh-Hans': '预约属另一口岸',
    pt: 'A marcação é para outro posto fronteiriço',
  },
  BOOKING_WRONG_DATE: {
    en: 'The booking is for another date',
    'zh-Hant': '預約屬另一日期',
    'zh-Hans': '预约属另一日期',
    pt: 'A marcação é para outra data',
  },
  BOOKING_NOT_IN_PARTY: {
    en: 'Somebody here is not in the booking',
    'zh-Hant': '有人不在此預約之內',
    'zh-Hans': '有人不在此预约之内',
    pt: 'Está presente alguém que não consta da marcação',
  },
  BOOKING_COMPANION_MISSING: {
    en: 'Somebody of the booking is missing',
    'zh-Hant': '有同行者未到',
    'zh-Hans': '有同行者未到',
    pt: 'Falta alguém da marcação',
  },
  BOOKING_BALLOT_UNKNOWN: {
    en: 'There is no such ballot',
    'zh-Hant': '沒有此抽籤',
    'zh-Hans': '没有此抽签',
    pt: 'Não existe este sorteio',
  },
};

/** Codes that requests can meet. */
export type BookingProblemCode = keyof typeof TEXTS;

export const BOOKING_TEXTS: Readonly<Record<BookingProblemCode, Texts>> = TEXTS;
