package script

import (
	"sort"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// syllables are the readings in the order in which dictionaries list characters, each with an early character of
// that reading. Unicode's collation of Han characters sorts characters by reading, so a character's reading is that of the
// last entry here that is not after it.
const syllables = "a阿 ai皑 an安 ang昂 ao敖 ba八 bai白 ban班 bang邦 bao包 bei杯 ben奔 beng崩 bi逼 bian边 biao标 bie憋 bin邠 bing冰 " +
	"bo波 bu布 ca擦 cai才 can参 cang仓 cao操 ce策 cen岑 ceng层 cha插 chai钗 chan搀 chang昌 chao抄 che车 chen郴 cheng琤 chi吃 chong充 " +
	"chou抽 chu初 chuai揣 chuan川 chuang闯 chui吹 chun春 chuo戳 ci词 cong匆 cou凑 cu粗 cuan窜 cui崔 cun村 cuo搓 da搭 dai呆 dan丹 dang当 " +
	"dao刀 de德 deng灯 di低 dian甸 diao刁 die爹 ding丁 diu丢 dong东 dou都 du督 duan端 dui堆 dun敦 duo多 e婀 en恩 er儿 fa发 fan帆 fang方 " +
	"fei飞 fen分 feng丰 fou否 fu敷 ga嘎 gai该 gan甘 gang冈 gao皋 ge戈 gei给 gen根 geng庚 gong工 gou勾 gu姑 gua瓜 guai乖 guan关 " +
	"guang光 gui归 gun滚 guo郭 ha哈 hai还 han含 hang夯 hao蒿 he禾 hei黑 hen痕 heng亨 hong轰 hou侯 hu呼 hua花 huai怀 huan环 huang荒 hui灰 " +
	"hun昏 huo火 ji击 jia加 jian尖 jiang江 jiao郊 jie阶 jin巾 jing京 jiong迥 jiu究 ju居 juan娟 jue决 jun军 ka卡 kai开 kan刊 kang康 kao考 " +
	"ke苛 ken肯 keng坑 kong空 kou口 ku枯 kua夸 kuai快 kuan宽 kuang匡 kui亏 kun坤 kuo阔 la拉 lai来 lan兰 lang郎 lao劳 le乐 lei雷 leng棱 " +
	"li离 lian连 liang良 liao辽 lie列 lin邻 ling灵 liu溜 long龙 lou娄 lu卢 luan栾 lun仑 luo罗 ma妈 mai买 man满 mang忙 mao猫 me么 mei枚 " +
	"men门 meng萌 mi咪 mian绵 miao苗 mie灭 min民 ming名 miu谬 mo摸 mou牟 mu母 na拿 nai乃 nan囡 nang囊 nao脑 ne讷 nei馁 nen嫩 neng能 ni妮 " +
	"nian年 niang娘 niao鸟 nie捏 nin您 ning宁 niu妞 nong农 nou耨 nu奴 nuan暖 nuo挪 ou讴 pa趴 pai拍 pan潘 pang乓 pao抛 pei培 pen喷 peng烹 " +
	"pi丕 pian偏 piao飘 pie撇 pin姘 ping乒 po坡 pou剖 pu扑 qi七 qia掐 qian千 qiang枪 qiao悄 qie切 qin亲 qing青 qiong穷 qiu丘 qu区 quan圈 " +
	"que缺 qun裙 ran然 rang让 rao娆 re惹 ren人 reng扔 ri日 rong戎 rou柔 ru如 ruan阮 rui蕤 run闰 ruo若 sa撒 sai塞 san三 sang桑 sao搔 " +
	"se色 sen森 seng僧 sha沙 shai筛 shan山 shang商 shao烧 she奢 shen申 sheng升 shi尸 shou收 shu书 shua刷 shuai衰 shuan栓 shuang双 shui水 shun顺 " +
	"shuo说 si丝 song松 sou搜 su苏 suan酸 sui虽 sun孙 suo缩 ta他 tai台 tan坍 tang汤 tao弢 te特 teng腾 ti梯 tian天 tiao挑 tie铁 ting厅 " +
	"tong通 tou偷 tu突 tuan湍 tui推 tun吞 tuo托 wa挖 wai歪 wan弯 wang汪 wei危 wen温 weng翁 wo窝 wu乌 xi夕 xia虾 xian先 xiang乡 xiao枭 " +
	"xie些 xin心 xing星 xiong兄 xiu休 xu胥 xuan轩 xue薛 xun勋 ya丫 yan烟 yang央 yao腰 ye椰 yi一 yin因 ying应 yong拥 you优 yu迂 yuan鸢 " +
	"yue约 yun晕 za匝 zai灾 zan簪 zang臧 zao早 ze则 zei贼 zen怎 zeng增 zha扎 zhai斋 zhan沾 zhang张 zhao钊 zhe遮 zhen贞 zheng争 zhi之 zhong中 " +
	"zhou州 zhu朱 zhua抓 zhuai拽 zhuan专 zhuang妆 zhui隹 zhun准 zhuo卓 zi孜 zong宗 zou邹 zu租 zuan钻 zui嘴 zun尊 zuo昨"

// inNames are readings in names that differ from the dictionary's first.
var inNames = readings("fo佛 he呵 bi苾 si偲似 zhen帧 zhu著 zi仔 ye昳 tun囤 tan镡 jian骞 liang莨 kan阚 bo擘泊 gui炅 hu鹄 shen沈 sheng晟珵 zhai翟 tao焘 kan阚 heng珩 yang玚 yi仡 jun隽筠浚 ga伽 qian乾 qiao峤 liang靓 wei隗 pu埔 chao绰 miao缪 " +
	"yan剡 tuo拓 hang行 chang长 zhuo琢 di地 tiao调 shuai率 lü吕侣旅铝履律绿 nü女 lue略 fu弗 hao镐 qi荠 xun郇洵 luo跞")

// asSurname are characters and pairs that are read otherwise when they begin a name.
var asSurname = readings("shan单 xie解 zeng曾 qiu仇 zha查 piao朴 ou区 ren任 hua华 ge盖葛 yue乐 qin覃 miao缪 xian冼 chong种 bi秘 shao召 he黑 she折 mi宓 " +
	"ji纪 ning宁甯 pang逄 chen谌 yun员 xing行 e鄂 nie乜 dai代 fu洑 sha沙 kuai蒯 zhai翟 gui炔")

var compoundSurnames = map[string]string{
	"欧阳": "ouyang", "司马": "sima", "上官": "shangguan", "诸葛": "zhuge", "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "令狐": "linghu",
	"皇甫": "huangfu", "东方": "dongfang", "公孙": "gongsun", "慕容": "murong", "司徒": "situ", "夏侯": "xiahou", "澹台": "tantai", "单于": "chanyu",
}

func readings(text string) map[rune]string {
	table := map[rune]string{}
	for _, entry := range strings.Fields(text) {
		at := strings.IndexFunc(entry, func(c rune) bool { return c > 0x2000 })
		for _, c := range entry[at:] {
			table[c] = entry[:at]
		}
	}
	return table
}

// readingTable holds the sort keys of the syllables' characters, in order.
type readingTable struct {
	keys     []string
	readings []string
}

var readingsOnce = sync.OnceValue(func() *readingTable {
	t := &readingTable{}
	order := collate.New(language.MustParse("zh"))
	var buffer collate.Buffer
	last := ""
	for _, entry := range strings.Fields(syllables) {
		at := strings.IndexFunc(entry, func(c rune) bool { return c > 0x2000 })
		key := string(order.KeyFromString(&buffer, entry[at:]))
		buffer.Reset()
		if key > last {
			t.keys, t.readings, last = append(t.keys, key), append(t.readings, entry[:at]), key
		}
	}
	return t
})

// Pinyin reads the Han characters of a name, the first as a surname, without tones and joined; other characters
// stay as they are.
func Pinyin(name string) string {
	var out strings.Builder
	letters := []rune(name)
	if len(letters) > 2 {
		if reading, ok := compoundSurnames[string(letters[:2])]; ok {
			out.WriteString(reading)
			letters = letters[2:]
		}
	}
	for i, c := range letters {
		reading, special := asSurname[c]
		if i > 0 || out.Len() > 0 || len(letters) < 2 || !special {
			reading = readingOf(c)
		}
		out.WriteString(reading)
	}
	return strings.ReplaceAll(out.String(), "ü", "u")
}

// readingOf is the reading of one character.
func readingOf(c rune) string {
	if reading, ok := inNames[c]; ok {
		return reading
	}
	if c < 0x4E00 || c > 0x9FA5 {
		return string(c)
	}
	if known, ok := read.Load(c); ok {
		return known.(string)
	}
	reading := sortedReading(c)
	read.Store(c, reading)
	return reading
}

// read remembers readings: making a sort key takes longer than all that is done with a name besides.
var read sync.Map // character → reading

// sortedReading is the reading of a character by its place in the order of dictionaries.
func sortedReading(c rune) string {
	t := readingsOnce()
	key := string(collate.New(language.MustParse("zh")).KeyFromString(new(collate.Buffer), string(c)))
	at := sort.SearchStrings(t.keys, key)
	if at == len(t.keys) || t.keys[at] != key {
		at--
	}
	return t.readings[max(at, 0)]
}

// SplitHan divides a folded name in Han characters into surname and given name; a single character is a given name.
func SplitHan(name string) (surname, given string) {
	letters := []rune(name)
	switch {
	case len(letters) < 2:
		return "", name
	case len(letters) > 2 && compoundSurnames[string(letters[:2])] != "":
		return string(letters[:2]), string(letters[2:])
	}
	return string(letters[:1]), string(letters[1:])
}
