//go:build !js

package main

// missing are codes that the package lacks and that are in use: those that WHO added after it was made. Titles are
// written here, after the sense of the code.
const missing = `
A09.0 Otras gastroenteritis y colitis de origen infeccioso y las no especificadas
A09.9 Gastroenteritis y colitis de origen no especificado
A50 Sífilis congénita
A51 Sífilis precoz
A97 Dengue
A97.0 Dengue sin señales de alarma
A97.1 Dengue con señales de alarma
A97.2 Dengue grave
A97.9 Dengue, no especificado
B17.9 Hepatitis viral aguda, no especificada
B33.4 Síndrome cardiopulmonar por hantavirus
B57.6 Enfermedad de Chagas congénita
B90.9 Secuelas de tuberculosis respiratoria y de tuberculosis no especificada
B98 Otros agentes infecciosos especificados como causa de enfermedades clasificadas en otros capítulos
B98.0 Helicobacter pylori como causa de enfermedades clasificadas en otros capítulos
B98.1 Vibrio vulnificus como causa de enfermedades clasificadas en otros capítulos
C79.9 Tumor maligno secundario, sitio no especificado
C80.0 Tumor maligno de sitio primario desconocido, así descrito
C80.9 Tumor maligno, sitio primario no especificado
C81.4 Linfoma de Hodgkin clásico rico en linfocitos
C82.3 Linfoma folicular grado IIIa
C82.4 Linfoma folicular grado IIIb
C82.5 Linfoma centrofolicular difuso
C82.6 Linfoma centrofolicular cutáneo
C84.6 Linfoma anaplásico de células grandes, ALK positivo
C84.7 Linfoma anaplásico de células grandes, ALK negativo
C84.8 Linfoma cutáneo de células T, no especificado
C84.9 Linfoma de células T/NK maduras, no especificado
C85.2 Linfoma mediastínico (tímico) de células B grandes
C86 Otros tipos especificados de linfoma de células T/NK
C86.0 Linfoma extraganglionar de células T/NK, tipo nasal
C86.1 Linfoma hepatoesplénico de células T
C86.2 Linfoma de células T tipo enteropatía
C86.3 Linfoma subcutáneo de células T tipo paniculitis
C86.4 Linfoma blástico de células NK
C86.5 Linfoma angioinmunoblástico de células T
C86.6 Proliferaciones cutáneas primarias de células T CD30 positivas
C88.4 Linfoma extraganglionar de células B de zona marginal del tejido linfoide asociado a mucosas
C90.3 Plasmocitoma solitario
C91.6 Leucemia prolinfocítica de células T
C91.8 Leucemia de células B maduras tipo Burkitt
C92.6 Leucemia mieloide aguda con anomalía 11q23
C92.8 Leucemia mieloide aguda con displasia de múltiples líneas
C93.3 Leucemia mielomonocítica juvenil
C94.6 Enfermedad mielodisplásica y mieloproliferativa, no clasificada en otra parte
C96.4 Sarcoma de células dendríticas
C96.5 Histiocitosis de células de Langerhans multifocal y unisistémica
C96.6 Histiocitosis de células de Langerhans unifocal
C96.8 Sarcoma histiocítico
D46.5 Anemia refractaria con displasia de múltiples líneas
D46.6 Síndrome mielodisplásico con deleción aislada del cromosoma 5q
D47.4 Osteomielofibrosis
D47.5 Leucemia eosinofílica crónica
D68.5 Trombofilia primaria
D68.6 Otras trombofilias
D89.3 Síndrome de reconstitución inmune
E16.9 Trastorno de la secreción interna del páncreas, no especificado
E88.3 Síndrome de lisis tumoral
G14 Síndrome postpolio
G21.4 Parkinsonismo vascular
G90.4 Disreflexia autonómica
H54.9 Deterioro visual binocular, no especificado
I48.0 Fibrilación auricular paroxística
I48.1 Fibrilación auricular persistente
I48.2 Fibrilación auricular crónica
I48.3 Aleteo auricular típico
I48.4 Aleteo auricular atípico
I48.9 Fibrilación y aleteo auricular, no especificado
I72.5 Aneurisma y disección de otras arterias precerebrales
I72.6 Aneurisma y disección de arteria vertebral
I98.3 Várices esofágicas con sangrado en enfermedades clasificadas en otra parte
J09 Influenza debida a virus de la influenza zoonótica o pandémica identificado
J12.3 Neumonía debida a metapneumovirus humano
J21.1 Bronquiolitis aguda debida a metapneumovirus humano
K02.5 Caries con exposición pulpar
K12.3 Mucositis oral (ulcerativa)
K22.7 Esófago de Barrett
K35.2 Apendicitis aguda con peritonitis generalizada
K35.3 Apendicitis aguda con peritonitis localizada
K35.8 Apendicitis aguda, otra y la no especificada
K43.2 Hernia incisional sin obstrucción ni gangrena
K43.3 Hernia paraestomal con obstrucción, sin gangrena
K43.4 Hernia paraestomal con gangrena
K43.5 Hernia paraestomal sin obstrucción ni gangrena
K43.6 Otras hernias ventrales y las no especificadas, con obstrucción, sin gangrena
K43.7 Otras hernias ventrales y las no especificadas, con gangrena
K52.3 Colitis indeterminada
K64 Hemorroides y trombosis venosa perianal
K64.0 Hemorroides de primer grado
K64.1 Hemorroides de segundo grado
K64.2 Hemorroides de tercer grado
K64.3 Hemorroides de cuarto grado
K64.4 Apéndices cutáneos hemorroidales residuales
K64.5 Trombosis venosa perianal
K64.8 Otras hemorroides especificadas
K64.9 Hemorroides, no especificadas
K85.0 Pancreatitis aguda idiopática
K85.1 Pancreatitis aguda biliar
K85.2 Pancreatitis aguda inducida por alcohol
K85.3 Pancreatitis aguda inducida por medicamentos
K85.8 Otras pancreatitis agudas
K85.9 Pancreatitis aguda, no especificada
L24 Dermatitis de contacto por irritantes
L89.0 Úlcera de decúbito y por presión, estadio I
L89.1 Úlcera de decúbito y por presión, estadio II
L89.2 Úlcera de decúbito y por presión, estadio III
L89.3 Úlcera de decúbito y por presión, estadio IV
L89.9 Úlcera de decúbito y por presión, no especificada
M31.7 Poliangitis microscópica
M72.6 Fascitis necrotizante
M79.7 Fibromialgia
N18.1 Enfermedad renal crónica, estadio 1
N18.2 Enfermedad renal crónica, estadio 2
N18.3 Enfermedad renal crónica, estadio 3
N18.4 Enfermedad renal crónica, estadio 4
N18.5 Enfermedad renal crónica, estadio 5
N42.3 Displasia de la próstata
O14.2 Síndrome HELLP
O43.2 Placenta mórbidamente adherida
O60.0 Trabajo de parto prematuro sin parto
O60.1 Trabajo de parto prematuro espontáneo con parto prematuro
O60.2 Trabajo de parto prematuro espontáneo con parto a término
O60.3 Parto prematuro sin trabajo de parto espontáneo
O94 Secuelas de complicaciones del embarazo, del parto y del puerperio
O96.0 Muerte por causa obstétrica directa entre 42 días y un año después del parto
O96.1 Muerte por causa obstétrica indirecta entre 42 días y un año después del parto
O96.9 Muerte por causa obstétrica no especificada entre 42 días y un año después del parto
O97.0 Muerte por secuelas de causa obstétrica directa
O97.1 Muerte por secuelas de causa obstétrica indirecta
O97.9 Muerte por secuelas de causa obstétrica, no especificada
O98.7 Enfermedad por virus de la inmunodeficiencia humana [VIH] que complica el embarazo, el parto y el puerperio
P91.6 Encefalopatía hipóxica isquémica del recién nacido
R26.3 Inmovilidad
R29.6 Tendencia a caer, no clasificada en otra parte
R50.2 Fiebre inducida por medicamentos
R50.8 Otras fiebres especificadas
R57.2 Choque séptico
R63.6 Ingesta insuficiente de alimentos y agua por descuido de sí mismo
R65 Síndrome de respuesta inflamatoria sistémica
R65.0 Síndrome de respuesta inflamatoria sistémica de origen infeccioso sin falla orgánica
R65.1 Síndrome de respuesta inflamatoria sistémica de origen infeccioso con falla orgánica
R65.2 Síndrome de respuesta inflamatoria sistémica de origen no infeccioso sin falla orgánica
R65.3 Síndrome de respuesta inflamatoria sistémica de origen no infeccioso con falla orgánica
R65.9 Síndrome de respuesta inflamatoria sistémica, no especificado
U06 Enfermedad por virus Zika
U06.9 Enfermedad por virus Zika, no especificada
U07 Enfermedades de asignación provisoria
U07.0 Trastorno relacionado con el vapeo
U07.1 COVID-19, virus identificado
U07.2 COVID-19, virus no identificado
U08.9 Antecedente personal de COVID-19, no especificado
U09.9 Condición posterior a COVID-19, no especificada
U82 Resistencia a antibióticos betalactámicos
U82.0 Resistencia a la penicilina
U82.1 Resistencia a la meticilina
U82.2 Resistencia a betalactamasas de espectro extendido
U82.8 Resistencia a otros antibióticos betalactámicos
U82.9 Resistencia a antibióticos betalactámicos, no especificada
U83 Resistencia a otros antibióticos
U83.0 Resistencia a la vancomicina
U83.2 Resistencia a las quinolonas
U83.7 Resistencia a múltiples antibióticos
U83.9 Resistencia a antibiótico, no especificada
U84 Resistencia a otros antimicrobianos
U84.0 Resistencia a antiparasitarios
U84.1 Resistencia a antimicóticos
U84.2 Resistencia a antivirales
U84.3 Resistencia a antituberculosos
U84.9 Resistencia a antimicrobianos, no especificada
U85 Resistencia a antineoplásicos
W46 Contacto traumático con aguja hipodérmica
Z58.7 Exposición al humo de tabaco
Z92.6 Historia personal de quimioterapia por tumor
Z99.4 Dependencia de corazón artificial
`

// outdated are codes of the package that WHO took back: their place is taken by others.
const outdated = "A90 A91"

// mended are titles that the package carries wrong, cut or misspelt.
const mended = `
A43.9 Nocardiosis, no especificada
B67 Equinococosis
F30.0 Hipomanía
G46.0 Síndrome de la arteria cerebral media
H16.1 Otras queratitis superficiales sin conjuntivitis
H35.7 Separación de las capas de la retina
K07 Anomalías dentofaciales [incluso la maloclusión]
K11.9 Enfermedad de glándula salival, no especificada
L60.0 Uña encarnada
M01.1 Artritis tuberculosa
O10.3 Enfermedad cardiorrenal hipertensiva preexistente que complica el embarazo, el parto y el puerperio
O12 Edema y proteinuria gestacionales [inducidos por el embarazo] sin hipertensión
O13 Hipertensión gestacional [inducida por el embarazo] sin proteinuria significativa
O14 Hipertensión gestacional [inducida por el embarazo] con proteinuria significativa
O15.0 Eclampsia en el embarazo
O15.1 Eclampsia durante el trabajo de parto
O15.2 Eclampsia en el puerperio
O15.9 Eclampsia, en período no especificado
O23 Infección de las vías genitourinarias en el embarazo
O23.9 Otra infección y la no especificada de las vías genitourinarias en el embarazo
O47.1 Falso trabajo de parto a las 37 o más semanas completas de gestación
T42.0 Envenenamiento por derivados de la hidantoína
T42.1 Envenenamiento por iminoestilbenos
T42.2 Envenenamiento por succinimidas y derivados de la oxazolidina
T42.3 Envenenamiento por barbitúricos
T42.4 Envenenamiento por benzodiazepinas
T42.5 Envenenamiento por antiepilépticos mixtos, no clasificados en otra parte
T42.8 Envenenamiento por antiparkinsonianos y otros depresores del tono muscular central
`
