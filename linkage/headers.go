package linkage

// headerWords are the words by which column names tell their kind, folded, in the languages in which registers are
// kept; more telling ones first.
var headerWords = []struct {
	kind  Kind
	words []string
}{
	{Phone, []string{
		"phone", "mobile", "tel", "telephone", "cell", "msisdn", "contact number", "telefono", "telefone", "celular", "telefon", "handphone",
		"no hp", "no telp", "手机", "电话", "ہاتف", "جوال", "فون", "فون نمبر", "موبایل", "موبایل نمبر", "ເບໂທ",
	}},
	{ID, []string{
		"ssn", "cnic", "nid", "nic", "nik", "nin", "passport", "national id", "id number", "id no", "soc sec", "social security",
		"id card", "tax", "identity number", "cedula", "dni", "cpf", "curp", "ktp", "aadhaar", "身份证", "证件号", "护照",
		"شناختی کارڈ", "شناختی کارڈ نمبر", "رقم الہویہ", "الرقم الوطنی",
	}},
	{Sex, []string{"sex", "gender", "sexe", "sexo", "genero", "genre", "jenis kelamin", "geschlecht", "性别", "جنس", "الجنس", "صنف", "ເພດ"}},
	{Year, []string{"birth year", "year of birth", "yob", "by", "byear", "year", "annee de naissance", "ano de nacimiento", "tahun lahir"}},
	{Month, []string{"birth month", "month of birth", "mob", "bm", "bmonth", "month"}},
	{Day, []string{"birth day", "day of birth", "bd", "bday", "day"}},
	{Date, []string{
		"dob", "date of birth", "birth date", "birthdate", "birthday", "born", "date", "date de naissance", "naissance", "ne le", "ddn",
		"fecha de nacimiento", "fecha nacimiento", "nacimiento", "data de nascimento", "nascimento", "tanggal lahir", "tgl lahir",
		"geburtsdatum", "出生日期", "出生年月", "生日", "出生", "تاریخ پیدایش", "تاریخ المیلاد", "ວັນເດືອນປີເກີດ",
	}},
	{Code, []string{
		"postcode", "postal", "zip", "zipcode", "post code", "state", "street number", "house number", "code", "age", "code postal",
		"codigo postal", "kode pos", "umur", "usia", "edad", "邮编", "年龄", "عمر", "العمر",
	}},
	{Place, []string{
		"village", "town", "township", "city", "district", "county", "province", "suburb", "place", "region", "tehsil", "commune",
		"municipality", "birthplace", "locality", "hamlet", "ward", "ville", "lieu", "departement", "ciudad", "municipio", "provincia",
		"distrito", "pueblo", "barrio", "desa", "kelurahan", "kecamatan", "kabupaten", "kota", "provinsi", "dusun", "ort", "mouza", "mauza",
		"村", "乡", "县", "镇", "省", "گاوں", "گاں", "ضلع", "تحصیل", "شہر", "موضع", "قریہ", "المدینہ", "المحافظہ", "ບ້ານ", "ເມືອງ", "ແຂວງ",
	}},
	{Address, []string{"address", "street", "addr", "adresse", "rue", "direccion", "endereco", "alamat", "住址", "地址", "پتہ", "العنوان"}},
	{Surname, []string{
		"surname", "last name", "last", "lastname", "lname", "family name", "familyname", "family", "father", "father name", "fathers name",
		"husband", "sname", "nom", "nom de famille", "apellido", "apellidos", "sobrenome", "nachname", "nama belakang", "nama ayah", "姓",
		"والد", "والد کا نام", "ولدیت", "اسم العاہلہ", "اسم الاب", "ນາມສະກຸນ",
	}},
	{Given, []string{
		"given", "given name", "given names", "first name", "first", "firstname", "fname", "forename", "gname", "middle name", "middlename", "prenom",
		"prenoms", "nombre", "nombres", "primeiro nome", "vorname", "nama depan", "名", "الاسم الاول",
	}},
	{Name, []string{
		"name", "full name", "fullname", "person", "client", "beneficiary", "applicant", "customer", "member", "nom complet", "nom et prenom",
		"nombre completo", "nome", "nome completo", "nama", "nama lengkap", "姓名", "名字", "نام", "پورا نام", "الاسم", "الاسم الکامل", "ຊື່",
	}},
	{Text, []string{"email", "e mail", "mail", "occupation", "profession", "job"}},
}
