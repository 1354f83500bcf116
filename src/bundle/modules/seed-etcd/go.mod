module kha.lab/seed-etcd

go 1.16

require (
	github.com/beorn7/perks v0.0.0-20160229213445-3ac7bf7a47d1
	github.com/bgentry/speakeasy v0.0.0-20150902231413-36e9cfdd6909
	github.com/boltdb/bolt v1.3.0
	github.com/cockroachdb/cmux v0.0.0-20160228191917-112f0506e774
	github.com/coreos/etcd v3.1.10+incompatible
	github.com/coreos/go-semver v0.0.0-20150304020126-568e959cd898
	github.com/coreos/go-systemd v0.0.0-20161114122254-48702e0da86b
	github.com/coreos/pkg v0.0.0-20160727233714-3ac0863d7acf
	github.com/cpuguy83/go-md2man v1.0.10 // indirect
	github.com/dustin/go-humanize v0.0.0-20151125214831-8929fe90cee4
	github.com/ghodss/yaml v0.0.0-20150909031657-73d445a93680
	github.com/gogo/protobuf v0.0.0-20160824171236-909568be09de
	github.com/golang/protobuf v0.0.0-20161109072736-4bd1920723d7
	github.com/google/btree v0.0.0-20161005200959-925471ac9e21
	github.com/grpc-ecosystem/go-grpc-prometheus v0.0.0-20160910222444-6b7015e65d36
	github.com/grpc-ecosystem/grpc-gateway v1.1.1-0.20161105223513-84398b94e188
	github.com/inconshreveable/mousetrap v1.0.0
	github.com/jonboulle/clockwork v0.1.0
	github.com/karlseguin/ccache v2.0.2+incompatible
	github.com/mattn/go-runewidth v0.0.2-0.20161012013512-737072b4e32b
	github.com/matttproud/golang_protobuf_extensions v0.0.0-20150406173934-fc2b8d3a73c4
	github.com/olekukonko/tablewriter v0.0.0-20160115111002-cca8bbc07984
	github.com/prometheus/client_golang v0.8.0
	github.com/prometheus/client_model v0.0.0-20150212101744-fa8ad6fec335
	github.com/prometheus/common v0.0.0-20170427095455-13ba4ddd0caa
	github.com/prometheus/procfs v0.0.0-20170519190837-65c1f6f8f0fc
	github.com/spf13/cobra v0.0.0-20151124153217-1c44ec8d3f15
	github.com/spf13/pflag v0.0.0-20151013200643-08b1a584251b
	github.com/ugorji/go v0.0.0-20170107133203-ded73eae5db7
	github.com/urfave/cli v1.18.0
	github.com/xiang90/probing v0.0.0-20160813154853-07dd2e8dfe18
	golang.org/x/crypto v0.0.0-20180222182404-49796115aa4b
	golang.org/x/net v0.0.0-20170114055629-f2499483f923
	golang.org/x/sys v0.0.0-20171031081856-95c657629925
	golang.org/x/time v0.0.0-20161028155119-f51c12702a4d
	google.golang.org/grpc v1.0.4
	gopkg.in/cheggaaa/pb.v1 v1.0.2
	gopkg.in/yaml.v2 v2.0.0-20150924142314-53feefa2559f
)
