module kha.lab/images

go 1.21
