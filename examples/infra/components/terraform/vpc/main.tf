# Only the built-in terraform_data resource: nothing has to be downloaded.
# The provisioner asks STS, from inside terraform, which role is at work.
resource "terraform_data" "caller" {
  triggers_replace = timestamp()
  provisioner "local-exec" {
    command = "echo \"terraform runs as $(aws sts get-caller-identity --query Arn --output text)\""
  }
}

variable "stage" { type = string }
variable "region" { type = string }
variable "tenant" { type = string }
variable "environment" { type = string }
variable "cidr" { type = string }
variable "availability_zones" { type = list(string) }

resource "terraform_data" "network" {
  input = { cidr = var.cidr, zones = [for zone in var.availability_zones : "${var.region}${zone}"] }
}

output "network" { value = terraform_data.network.output }
