/** What documents and kinds of record are called, in four languages. The Portuguese awaits a native reader. */
import type { IssuableRecord } from './derived.ts';
import type { DocumentType } from './record.ts';
import { names, type Names } from './value-sets/value-set.ts';

export const DOCUMENT_NAMES: Readonly<Record<DocumentType, Names>> = {
  HKID: names('Hong Kong identity card', '香港身份證', '香港身份证', 'Bilhete de Identidade de Hong Kong'),
  HKBC: names(
    'Hong Kong birth certificate',
    '香港出生證明書',
    '香港出生证明书',
    'Certidão de nascimento de Hong Kong',
  ),
  HKEC: names(
    'Hong Kong certificate of exemption',
    '香港豁免登記證明書',
    '香港豁免登记证明书',
    'Certificado de isenção de Hong Kong',
  ),
  PASSPORT: names('Passport', '護照', '护照', 'Passaporte'),
  HVP: names(
    'Home Visit Permit',
    '港澳居民來往內地通行證',
    '港澳居民来往内地通行证',
    'Salvo-conduto de residente de Hong Kong e Macau para o interior da China',
  ),
  EEP: names(
    'Mainland permit to Hong Kong and Macao',
    '往來港澳通行證',
    '往来港澳通行证',
    'Salvo-conduto para deslocação a Hong Kong e Macau',
  ),
  MOBIR: names(
    'Macao resident identity card',
    '澳門居民身份證',
    '澳门居民身份证',
    'Bilhete de Identidade de Residente de Macau',
  ),
  CNID: names(
    'Mainland resident identity card',
    '內地居民身份證',
    '内地居民身份证',
    'Bilhete de Identidade do interior da China',
  ),
  OTHER: names('Other document', '其他證件', '其他证件', 'Outro documento'),
};

export const RECORD_NAMES: Readonly<Record<IssuableRecord['type'], Names>> = {
  vaccination: names('Vaccination record', '疫苗接種紀錄', '疫苗接种记录', 'Registo de vacinação'),
  test: names('Test record', '檢測紀錄', '检测记录', 'Registo de teste'),
  recovery: names('Recovery record', '康復紀錄', '康复记录', 'Registo de recuperação'),
  exemption: names(
    'Medical exemption certificate',
    '醫學豁免證明書',
    '医学豁免证明书',
    'Certificado de isenção médica',
  ),
  declaration: names('Health declaration', '健康申報', '健康申报', 'Declaração de saúde'),
  status: names('Health code', '健康碼', '健康码', 'Código de saúde'),
  conversion: names('Code conversion', '轉碼', '转码', 'Conversão do código'),
};
