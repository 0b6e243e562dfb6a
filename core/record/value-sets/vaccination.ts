/** Value sets of vaccinations: diseases, kinds of vaccine, products, manufacturers. */
import { entry, type ValueSet } from './value-set.ts';

export const DISEASE: ValueSet = {
  systems: ['sct', 'icd11'],
  closed: false,
  entries: [
    entry('sct|840539006', 'COVID-19', '2019冠狀病毒病', '新型冠状病毒感染', 'COVID-19'),
    entry('icd11|RA01', 'COVID-19', '2019冠狀病毒病', '新型冠状病毒感染', 'COVID-19'),
    entry('sct|6142004', 'Influenza', '流行性感冒', '流行性感冒', 'Gripe'),
    entry('sct|16541001', 'Yellow fever', '黃熱病', '黄热病', 'Febre amarela'),
  ],
};

export const PROPHYLAXIS: ValueSet = {
  systems: ['sct', 'icd11', 'atc'],
  closed: false,
  entries: [
    entry('sct|1119349007', 'mRNA vaccine', '信使核糖核酸疫苗', '信使核糖核酸疫苗', 'Vacina de mRNA'),
    entry('icd11|XM0GQ8', 'RNA vaccine', '核糖核酸疫苗', '核糖核酸疫苗', 'Vacina de ARN'),
    entry('icd11|XM1NL1', 'Inactivated vaccine', '滅活疫苗', '灭活疫苗', 'Vacina inativada'),
    entry('icd11|XM9QW8', 'Viral vector vaccine', '病毒載體疫苗', '病毒载体疫苗', 'Vacina de vetor viral'),
    entry(
      'icd11|XM5JC5',
      'Protein subunit vaccine',
      '蛋白亞單位疫苗',
      '蛋白亚单位疫苗',
      'Vacina de subunidade proteica',
    ),
    entry('atc|J07BN01', 'RNA vaccine', '核糖核酸疫苗', '核糖核酸疫苗', 'Vacina de ARN'),
    entry('atc|J07BN02', 'Viral vector vaccine', '病毒載體疫苗', '病毒载体疫苗', 'Vacina de vetor viral'),
    entry('atc|J07BN03', 'Inactivated vaccine', '滅活疫苗', '灭活疫苗', 'Vacina inativada'),
    entry(
      'atc|J07BN04',
      'Protein subunit vaccine',
      '蛋白亞單位疫苗',
      '蛋白亚单位疫苗',
      'Vacina de subunidade proteica',
    ),
    entry('sct|1157024006', 'Inactivated vaccine', '滅活疫苗', '灭活疫苗', 'Vacina inativada'),
    entry('sct|1119305005', 'Antigen vaccine', '抗原疫苗', '抗原疫苗', 'Vacina de antigénio'),
    entry(
      'sct|1162643001',
      'Recombinant protein vaccine',
      '重組蛋白疫苗',
      '重组蛋白疫苗',
      'Vacina de proteína recombinante',
    ),
    entry(
      'sct|29061000087103',
      'Viral vector vaccine',
      '病毒載體疫苗',
      '病毒载体疫苗',
      'Vacina de vetor viral',
    ),
  ],
};

export const PRODUCT: ValueSet = {
  systems: ['eu', 'icd11', 'cvx', 'hcl'],
  closed: false,
  entries: [
    entry('eu|EU/1/20/1528', 'Comirnaty', '復必泰', '复必泰', 'Comirnaty'),
    entry('eu|EU/1/20/1507', 'Spikevax (Moderna)', '莫德納', '莫德纳', 'Spikevax (Moderna)'),
    entry('eu|EU/1/21/1529', 'Vaxzevria (AstraZeneca)', '阿斯利康', '阿斯利康', 'Vaxzevria (AstraZeneca)'),
    entry('eu|EU/1/20/1525', 'Jcovden (Janssen)', '楊森', '杨森', 'Jcovden (Janssen)'),
    entry('eu|EU/1/21/1618', 'Nuvaxovid (Novavax)', '諾瓦瓦克斯', '诺瓦瓦克斯', 'Nuvaxovid (Novavax)'),
    entry(
      'eu|CoronaVac',
      'CoronaVac (Sinovac)',
      '克爾來福（科興）',
      '克尔来福（科兴）',
      'CoronaVac (Sinovac)',
    ),
    entry(
      'eu|BBIBP-CorV',
      'BBIBP-CorV (Sinopharm)',
      '國藥（北京）',
      '国药（北京）',
      'BBIBP-CorV (Sinopharm)',
    ),
    entry('eu|WIBP-CorV', 'WIBP-CorV (Sinopharm)', '國藥（武漢）', '国药（武汉）', 'WIBP-CorV (Sinopharm)'),
    entry(
      'eu|Convidecia',
      'Convidecia (CanSino)',
      '克威莎（康希諾）',
      '克威莎（康希诺）',
      'Convidecia (CanSino)',
    ),
    entry('eu|Covaxin', 'Covaxin', 'Covaxin', 'Covaxin', 'Covaxin'),
    entry('eu|Covishield', 'Covishield', 'Covishield', 'Covishield', 'Covishield'),
    entry('eu|Covovax', 'Covovax', 'Covovax', 'Covovax', 'Covovax'),
    entry('eu|Sputnik-V', 'Sputnik V', '衛星五號', '卫星五号', 'Sputnik V'),
  ],
};

export const MANUFACTURER: ValueSet = {
  systems: ['eu', 'hcl'],
  closed: false,
  entries: [
    entry('eu|ORG-100030215', 'BioNTech', 'BioNTech', 'BioNTech', 'BioNTech'),
    entry('eu|ORG-100031184', 'Moderna', '莫德納', '莫德纳', 'Moderna'),
    entry('eu|ORG-100001699', 'AstraZeneca', '阿斯利康', '阿斯利康', 'AstraZeneca'),
    entry('eu|ORG-100001417', 'Janssen-Cilag', '楊森', '杨森', 'Janssen-Cilag'),
    entry('eu|ORG-100032020', 'Novavax', '諾瓦瓦克斯', '诺瓦瓦克斯', 'Novavax'),
    entry('eu|Sinovac-Biotech', 'Sinovac Biotech', '科興控股', '科兴控股', 'Sinovac Biotech'),
    entry('eu|ORG-100020693', 'Sinopharm Beijing', '國藥北京', '国药北京', 'Sinopharm Pequim'),
    entry('eu|Sinopharm-WIBP', 'Sinopharm Wuhan', '國藥武漢', '国药武汉', 'Sinopharm Wuhan'),
    entry('eu|ORG-100013793', 'CanSino Biologics', '康希諾生物', '康希诺生物', 'CanSino Biologics'),
    entry('eu|Bharat-Biotech', 'Bharat Biotech', 'Bharat Biotech', 'Bharat Biotech', 'Bharat Biotech'),
    entry(
      'eu|ORG-100001981',
      'Serum Institute of India',
      '印度血清研究所',
      '印度血清研究所',
      'Serum Institute of India',
    ),
    entry(
      'eu|Gamaleya-Research-Institute',
      'Gamaleya Institute',
      '加馬列亞研究所',
      '加马列亚研究所',
      'Instituto Gamaleya',
    ),
  ],
};
